// Files of the present scenario: CSV, PNG and the report of one page. The server makes them from the same runs.

import { announce, notice } from "./announce.js";
import { el } from "./dom.js";
import { lang, t } from "./texts.js";

/** Asks for a file and hands it to the browser to save. */
export async function exportFile(kind, app) {
  notice(t("more.making"));
  try {
    const answer = await fetch(`export/${kind}`, {
      method: "POST", headers: { "content-type": "application/json", "x-token": app.token },
      body: JSON.stringify({ scenario: app.state.scenario, runs: app.answers.runs, lang: lang() }),
    });
    if (!answer.ok) throw new Error(await reason(answer));
    const name = /filename="?([^";]+)/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? `silosim.${kind}`;
    const address = URL.createObjectURL(await answer.blob());
    const link = el("a", { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    notice(null);
    announce(t("more.made", { name }), 0);
  } catch (problem) {
    notice(t("more.failed", { why: problem.message }));
  }
}

async function reason(answer) {
  try {
    return (await answer.json()).error ?? String(answer.status);
  } catch {
    return String(answer.status);
  }
}
