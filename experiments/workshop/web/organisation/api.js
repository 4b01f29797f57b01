// What this page asks of the server. Every refusal becomes an Error with the server's one line.

const token = () => sessionStorage.getItem("silosim.token") ?? "";

async function ask(path, { method = "GET", body = null, signal = null } = {}) {
  const json = body !== null && !(body instanceof Blob);
  const answer = await fetch(`/api/organisations${path}`, {
    method, signal, body: json ? JSON.stringify(body) : body,
    headers: { "x-token": token(), ...(json ? { "content-type": "application/json" } : {}) },
  });
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(found.error ?? String(answer.status)), { status: answer.status });
  return found;
}

export const list = () => ask("");
export const load = (name, saved) => ask(`/${encodeURIComponent(name)}${saved ? "?saved" : ""}`);
export const check = (document, lang, measure, signal) =>
  ask("/check", { method: "POST", body: { document, lang, measure }, signal });
export const read = (file, lang) => ask(`/read?lang=${lang}`, { method: "POST", body: file });
export const use = (document) => ask("/use", { method: "POST", body: { document } });
export const save = (document) => ask("/save", { method: "POST", body: { document } });
export const remove = (name) => ask(`/${encodeURIComponent(name)}`, { method: "DELETE" });
