// A phone in the room: joins with the code of the address, shows what is asked, sends what is chosen.

import { costOf, draw, el } from "./draw.js";
import { Line, memory } from "./line.js";
import { lang, speak, t } from "./words.js";

const main = document.getElementById("main");
const status = document.getElementById("status");
const drafts = new Map();   // chosen here, not yet received: shown at once
let state = null;
let word = "connecting";
let drawn = "";
let tableless = false;      // somebody wants another table
const MEANWHILE = 600000;   // ms in which a server that started anew is still the same session
const kept = new Map();     // what was answered in each step, in this page only
const again = new Set();    // steps whose answers a server that started anew does not have
let boot = "";
let heard = 0;

const line = new Line(
  (next) => { state = next; if (!line.waiting) drafts.clear(); restore(); follow(); },
  (next) => { word = next; show(); },
);

const say = {
  answer(question, option) {
    const key = state.step.startsWith("roles") ? state.step : `${state.step}/${question}`;
    drafts.set(key, { question, option });
    kept.set(state.step, { ...kept.get(state.step), [question]: option });
    line.say(key, { type: "answer", step: state.step, question, option });
    show();
  },
  department(department) {
    drafts.delete(state.step);
    line.say("department", { type: "department", department });
    show();
  },
  group(group) {
    tableless = group === null;
    if (group !== null) line.say("group", { type: "group", group });
    show();
  },
  build(points, ready) {
    const bought = Object.fromEntries(Object.entries(points).filter(([, steps]) => steps > 0));
    if (costOf(state, bought) > state.all) return;
    drafts.set("build", { points: bought, ready });
    kept.set("package", { group: state.group, points: bought, ready });
    line.say("build", { type: "build", group: state.group, points: bought, ready });
    show();
  },
};

/** A server that started anew knows nothing: this phone says once more what it had answered, when that step is on. */
function restore() {
  if (state.boot !== boot) {
    if (!boot || Date.now() - heard > MEANWHILE) kept.clear();
    again.clear();
    for (const step of kept.keys()) again.add(step);
    boot = state.boot;
  }
  heard = Date.now();
  if (!again.has(state.step) || state.phase !== "open") return;
  again.delete(state.step);
  const mine = kept.get(state.step);
  if (state.step === "package") {
    line.say("group", { type: "group", group: mine.group });
    line.say("build", { type: "build", ...mine });
    return;
  }
  if (state.step.startsWith("roles")) line.say("department", { type: "department", department: Object.keys(mine).at(-1) });
  for (const [question, option] of Object.entries(mine)) {
    line.say(`${state.step}/${question}`, { type: "answer", step: state.step, question, option });
  }
}

/** The state with what was chosen here but not yet received. */
function present() {
  const view = { ...state };
  if (view.mine) {
    view.mine = { ...view.mine };
    for (const [key, draft] of drafts) {
      if (key === view.step || key.startsWith(`${view.step}/`)) view.mine[draft.question] = draft.option;
    }
  }
  if (view.step === "package") {
    if (drafts.has("build")) Object.assign(view, drafts.get("build"));
    if (tableless) view.group = null;
  }
  return view;
}

/** Another language of the room only counts until somebody chose one here. */
async function follow() {
  const wanted = memory.read().lang ?? state.lang;
  if (wanted !== lang()) await speak(wanted);
  show();
}

function show() {
  document.title = t("phone.title");
  document.getElementById("title").textContent = t("title");
  document.getElementById("foot").textContent = t("nothing_kept");
  for (const button of document.querySelectorAll("[data-lang]")) {
    button.setAttribute("aria-pressed", String(button.dataset.lang === lang()));
  }
  status.className = word === "lost" ? "lost" : "";
  status.textContent = said();
  if (word === "wrong" || !line.code) return door();
  if (!state || word === "full") return null;
  const view = present();
  const now = JSON.stringify([view.step, view.phase, view.mine, view.points, view.ready, view.group, view.department,
    view.offers, view.result, lang()]);
  if (now !== drawn) paint(view, now);
  return null;
}

function said() {
  if (word === "wrong") return t("phone.wrong_code");
  if (!line.code) return "";
  if (word !== "in") return t(`phone.${word}`);
  if (line.waiting) return t("phone.sending");
  const view = present();
  if (view.phase !== "open" || !view.mine) return "";
  const left = (view.step.startsWith("roles") ? 1 : view.questions.length) - Object.keys(view.mine).length;
  if (left <= 0) return t("phone.saved");
  return left < view.questions.length && !view.step.startsWith("roles") ? t("phone.left_to_do", { n: left }) : "";
}

/** Draws anew; focus stays where it was, and the page goes up when the step changes. */
function paint(view, now) {
  const before = drawn ? JSON.parse(drawn) : [];
  const another = before[0] !== view.step || before[1] !== view.phase;
  const focused = document.activeElement?.dataset?.key;
  const open = main.querySelector("details")?.open && before[6] === view.department;
  drawn = now;
  main.replaceChildren(...draw(view, say));
  if (open && main.querySelector("details")) main.querySelector("details").open = true;
  if (another) {
    scrollTo(0, 0);
    if (before.length) main.focus({ preventScroll: true });   // the new question is read out, and Tab begins there
  }
  else if (focused) main.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function door() {
  drawn = "";
  if (main.querySelector("form")) return;
  const input = el("input", { id: "code", maxlength: 12, autocomplete: "off", autocapitalize: "characters", spellcheck: "false" });
  const form = el("form", { class: "code", onsubmit: (event) => { event.preventDefault(); enter(input.value); } },
    el("label", { for: "code" }, t("phone.code")), input,
    el("button", { type: "submit", class: "wide strong" }, t("phone.enter")));
  main.replaceChildren(el("h2", {}, t("phone.title")), form);
  input.focus();
}

function enter(typed) {
  const code = typed.trim().toUpperCase();
  if (!code) return;
  main.replaceChildren();
  history.replaceState(null, "", `#${code}`);
  line.join(code);
}

for (const button of document.querySelectorAll("[data-lang]")) {
  button.addEventListener("click", async () => {
    memory.write({ lang: button.dataset.lang });
    await speak(button.dataset.lang);
    main.replaceChildren();
    drawn = "";
    show();
  });
}
addEventListener("hashchange", () => location.hash.length > 1 && enter(decodeURIComponent(location.hash.slice(1))));

const start = memory.read().lang ?? (navigator.language.startsWith("en") ? "en" : "nl");
await speak(start);
if (location.hash.length > 1) enter(decodeURIComponent(location.hash.slice(1)));
else show();
