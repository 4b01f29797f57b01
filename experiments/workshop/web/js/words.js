// F and the headline: what the dashboards and the customers say, what changed, and for whom it got worse.

import { byId, write } from "./dom.js";
import { isBaseline } from "./model.js";
import { lang, number, t } from "./texts.js";


/** Writes headline, sentence and how far the runs are on the way to those that are wanted. */
export function showWords(answer, wanted) {
  write(byId("headline"), headline(answer));
  write(byId("sentence"), sentence(answer));
  const key = answer.runs >= wanted ? "words.done" : "words.refining";
  write(byId("progress"), t(key, { runs: answer.runs, of: wanted }));
}

export function headline({ summary }) {
  return t("words.headline", { green: number(summary.share_green.now, ".0%"),
    grade: number(summary.grade.now, ".1f") });
}

export function sentence(answer) {
  if (isBaseline(answer.scenario)) return t(answer.world ? "words.baseline_world" : "words.baseline");
  return answer.sentence?.[lang()]?.change || "";
}

