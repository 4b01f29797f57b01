// The room without phones: hands that went up, and a table's points, typed in by the facilitator.

import { el } from "../dom.js";
import { aboutOf, button, declared, kindOf, r, teamLabel } from "./common.js";

const NAMES = { mirror: "question", vote: "outcome", commit: "question", worlds: "question" };

/** Words of a question and of an option of the step that is on. */
function wordsOf(step, room) {
  const kind = kindOf(step);
  return {
    question: (q) => (kind === "roles" ? teamLabel(room.names, q) : r(`${NAMES[kind]}.${q}`)),
    option: (o) => ({
      mirror: () => o, vote: () => r(`say.${o}`), roles: () => r(`choice.${o}.label`),
      worlds: () => r(`world.${o}.label`), commit: () => r(`item.${o}.label`),
    })[kind](),
  };
}

/** Questions and options of the step, as the server asks them. */
function asked(step, room) {
  const items = declared.items.map(([item]) => item);
  return {
    mirror: [["self", "colleagues"], Array.from({ length: 10 }, (_, k) => String(k + 1))],
    vote: [declared.outcomes, ["up", "same", "down"]],
    roles: [room.departments.map((one) => one.name), declared.choices],
    worlds: [["fails"], [...Object.keys(declared.worlds).filter((w) => Object.keys(declared.worlds[w]).length), "none"]],
    commit: [["first"], items],
  }[kindOf(step)];
}

const field = (key, value, most, label) => el("input", {
  type: "number", min: 0, max: most, step: 1, inputmode: "numeric", value, "data-key": key, "aria-label": label, class: "room-number",
});

/** A form with a number for every option; `send(question, numbers)` for each question. */
export function hands(step, room, send) {
  const [questions, options] = asked(step, room);
  const { question, option } = wordsOf(step, room);
  const known = room.exercises[step]?.hands ?? {};
  const boxes = new Map(questions.map((q) => [q, options.map((o) => field(`${q}/${o}`, known[q]?.[o] ?? "", 500,
    r("panel.hands_for", { option: option(o), question: question(q) })))]));
  const rows = options.map((o, k) => el("tr", {}, el("th", { scope: "row" }, option(o)),
    ...questions.map((q) => el("td", {}, boxes.get(q)[k]))));
  const head = el("tr", {}, el("td", {}), ...questions.map((q) => el("th", { scope: "col" }, question(q))));
  const submit = (event) => {
    event.preventDefault();
    for (const [q, inputs] of boxes) {
      send(q, Object.fromEntries(inputs.map((input, k) => [options[k], Math.max(0, Math.round(Number(input.value)) || 0)])));
    }
  };
  return el("form", { onsubmit: submit }, el("p", { class: "soft" }, r("panel.hands_help")),
    el("div", { class: "room-scroll", tabindex: 0, role: "group", "aria-label": r("panel.hands") },
      el("table", { class: questions.length > 4 ? "room-many" : null }, el("thead", {}, head), el("tbody", {}, ...rows))),
    el("button", { type: "submit", class: "button", "data-key": "hands" }, r("panel.hands_set")));
}

/** A form for one table's points; `send(group, points)`. */
export function points(room, send) {
  const table = el("select", { "data-key": "which-table", "aria-label": r("panel.tables") },
    ...Array.from({ length: declared.tables }, (_, k) => el("option", { value: k + 1 }, r("phone.table", { n: k + 1 }))));
  const submit = button("points", r("panel.hands_set"), null, { type: "submit" });
  const boxes = declared.items.map(([item, most]) => field(`item-${item}`, "", most, r(`item.${item}.label`)));
  const left = el("output", {});
  const bought = () => Object.fromEntries(boxes.map((box, k) => [declared.items[k][0], Math.max(0, Math.round(Number(box.value)) || 0)])
    .filter(([, steps]) => steps));
  const count = () => {
    const spent = declared.items.reduce((sum, [item, , cost]) => sum + cost * (bought()[item] ?? 0), 0);
    const over = spent - declared.points;
    left.textContent = over > 0 ? r("panel.too_many", { n: over }) : r("phone.points_left", { n: -over, all: declared.points });
    submit.disabled = over > 0;
  };
  const load = () => {
    const known = room.groups[table.value]?.points ?? {};
    boxes.forEach((box, k) => { box.value = known[declared.items[k][0]] ?? ""; });
    count();
  };
  table.addEventListener("change", load);
  for (const box of boxes) box.addEventListener("input", count);
  load();
  const rows = declared.items.map(([item, most, cost], k) => el("tr", {}, el("th", { scope: "row" }, r(`item.${item}.label`)),
    el("td", {}, boxes[k]), el("td", { class: "soft" }, cost > 1 ? r("phone.cost", { n: cost }) : `0–${most}`)));
  return el("form", { onsubmit: (event) => { event.preventDefault(); send(Number(table.value), bought()); } },
    table, " ", left, el("table", {}, el("tbody", {}, ...rows)), submit);
}

/** The question that is on, in words. */
export function questionOf(step) {
  const kind = kindOf(step);
  if (kind === "mirror") return "";
  if (kind === "roles") return r(`question.roles_${aboutOf(step)}`);
  return r(`question.${{ vote: "vote", package: "package", worlds: "fails", commit: "first" }[kind]}`);
}
