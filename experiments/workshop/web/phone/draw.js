// What a phone shows, as elements made from the room's state. No styles in attributes: the page's policy forbids them.

import { lang, number, percent, t } from "./words.js";

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

const kind = (state) => state.step.split(":")[0];
const about = (state) => state.step.split(":")[1];
const DIGITS = { attainment_closures: 2, grade: 2, contacts: 2, strain: 2 };
const ARROWS = { up: "▲", same: "=", down: "▼", small: "≈", unclear: "?" };

/** The elements for a state; `say` sends: answer(question, option), department(name), group(n), build(points, ready). */
export function draw(state, say) {
  if (state.phase === "shown") return shown(state);
  const drawing = { mirror, vote, roles, package: bundle, worlds: list, commit: list }[kind(state)];
  if (!drawing) return [el("h2", {}, t("phone.welcome")), el("p", {}, t("practice"))];
  if (state.phase === "closed") return [el("h2", {}, t("phone.closed"))];
  return drawing(state, say);
}

function choice(state, say, question, option, face) {
  const checked = state.mine?.[question] === option;
  return el("label", { class: "option" },
    el("input", { type: "radio", name: `q-${question}`, value: option, checked, "data-key": `${question}/${option}`,
      onchange: () => say.answer(question, option) }),
    el("span", { class: "face" }, face));
}

const name = (words) => el("span", { class: "name" }, words);

function mirror(state, say) {
  return state.questions.map((question) => el("fieldset", {},
    el("legend", {}, t(`question.${question}`)),
    el("div", { class: "options scale" }, state.options.map((n) => choice(state, say, question, n, name(n)))),
    el("div", { class: "ends" }, el("span", {}, t("question.scale_low")), el("span", {}, t("question.scale_high")))));
}

function vote(state, say) {
  const sets = state.questions.map((question) => el("fieldset", {},
    el("legend", {}, t(`outcome.${question}`)),
    el("div", { class: "options three" }, state.options.map((option) => choice(state, say, question, option,
      [el("span", { "aria-hidden": "true" }, ARROWS[option]), name(t(`say.${option}`))])))));
  return [...policy(state), el("p", {}, el("strong", {}, t("question.vote"))), ...sets];
}

function policy(state) {
  return [el("h2", {}, t(`policy.${about(state)}.label`)), el("p", {}, t(`policy.${about(state)}.help`))];
}

function roles(state, say) {
  const label = (team) => state.names?.[team]?.[lang()] ?? team;
  const offer = (option) => {
    const change = state.offers[option];
    if (option === "keep") return t("phone.offer_none");
    return change === undefined ? "" : t("phone.offer", { change: percent(change, true) });
  };
  const mine = { ...state, mine: { role: state.mine[state.department] } };
  const options = state.options.map((option) => choice(mine, { answer: (_, one) => say.answer(state.department, one) },
    "role", option, [name(t(`choice.${option}.label`)), el("span", { class: "help" }, t(`choice.${option}.help`)),
      about(state) === "kpi" && offer(option) ? el("span", { class: "offer" }, offer(option)) : null]));
  const others = state.questions.filter((team) => team !== state.department).map((team) => el("p", {},
    el("button", { type: "button", onclick: () => say.department(team) }, label(team))));
  return [
    el("p", {}, t("phone.play"), el("strong", { class: "who" }, label(state.department))),
    el("fieldset", {}, el("legend", {}, t(`question.roles_${about(state)}`)), el("div", { class: "options" }, options)),
    el("details", {}, el("summary", {}, t("phone.other_department")), others),
  ];
}

function list(state, say) {
  const [question] = state.questions;
  const where = kind(state) === "worlds" ? "world" : "item";
  const face = (option) => [name(t(`${where}.${option}.label`)),
    where === "item" ? el("span", { class: "help" }, t(`item.${option}.help`)) : null];
  return [el("fieldset", {}, el("legend", {}, t(`question.${question}`)),
    el("div", { class: "options" }, state.options.map((o) => choice(state, say, question, o, face(o)))))];
}

export const costOf = (state, points) => state.items.reduce((sum, [item, , cost]) => sum + cost * (points[item] ?? 0), 0);

function bundle(state, say) {
  if (state.group === null) {
    const tables = Array.from({ length: state.tables }, (_, k) => el("button",
      { type: "button", onclick: () => say.group(k + 1) }, t("phone.table", { n: k + 1 })));
    return [el("h2", {}, t("phone.choose_table")), el("div", { class: "tables" }, tables)];
  }
  const left = state.all - costOf(state, state.points);
  const change = (item, steps) => say.build({ ...state.points, [item]: steps }, false);
  const rows = state.items.map(([item, most, cost]) => {
    const steps = state.points[item] ?? 0;
    const button = (sign, words, to, off) => el("button", { type: "button", "aria-label": t(words, { item: t(`item.${item}.label`) }),
      "data-key": `${item}${sign}`, disabled: off, onclick: () => change(item, to) }, sign);
    return el("div", { class: "item", role: "group", "aria-label": t(`item.${item}.label`) },
      el("h3", {}, t(`item.${item}.label`)),
      el("div", { class: "stepper" }, button("−", "phone.less", steps - 1, state.ready || steps === 0),
        el("output", {}, String(steps * cost)), button("+", "phone.more", steps + 1, state.ready || steps === most || left < cost)),
      el("p", { class: "help" }, t(`item.${item}.help`)));
  });
  return [
    el("h2", {}, t("phone.table", { n: state.group })), el("p", {}, t("question.package")),
    el("p", { class: "left" }, t("phone.points_left", { n: left, all: state.all })),
    ...(state.ready ? [el("p", {}, t("phone.is_ready"))] : []), ...rows,
    el("button", { type: "button", class: "wide strong", "data-key": "ready", onclick: () => say.build(state.points, !state.ready) },
      t(state.ready ? "phone.not_ready" : "phone.ready")),
    el("button", { type: "button", class: "wide", "data-key": "table", onclick: () => say.group(null) }, t("phone.change_table")),
  ];
}

// ---------------------------------------------------------------- what was shown

function shown(state) {
  const found = state.result ?? {};
  const parts = { mirror: ofMirror, vote: ofVote, worlds: ofWorlds }[kind(state)]?.(state, found) ?? [];
  if (kind(state) === "roles" || kind(state) === "package") {
    parts.push(el("h2", {}, t(kind(state) === "roles" ? `${about(state)}.label` : "phone.your_package")));
    if (found.model && Object.keys(found.model).length) parts.push(model(found.model));
  }
  return [...parts, el("p", {}, t("phone.no_result"))];
}

function ofMirror(state, found) {
  return [el("h2", {}, t("phone.room")), ...state.questions.map((question) => el("div", {}, el("h3", {}, t(`question.${question}`)),
    el("p", { class: "big" }, t("phone.mean", { n: number(found.means[question], 1) })),
    state.mine[question] ? el("p", { class: "soft" }, t("phone.yours", { n: state.mine[question] })) : null)),
  el("p", { class: "big" }, t("phone.gap", { n: number(found.gap, 1, true) }))];
}

/** The option that most people chose; empty when nobody chose, or when two were chosen as often. */
export function most(counts) {
  const high = Math.max(...Object.values(counts));
  const first = Object.keys(counts).filter((option) => counts[option] === high);
  return high > 0 && first.length === 1 ? first[0] : "";
}

function ofVote(state, found) {
  const rows = state.questions.map((question) => {
    const said = most(found.counts[question]);
    const model = found.model?.[question];
    const cell = (option) => (option ? `${ARROWS[option]} ${t(`say.${option}`)}` : "–");
    return el("tr", {}, el("th", { scope: "row" }, t(`outcome.${question}`)), el("td", {}, said ? cell(said) : t("say.divided")),
      el("td", {}, model ? cell(model.word) : "–"));
  });
  const head = el("tr", {}, el("td", {}), el("th", { scope: "col" }, t("phone.room")), el("th", { scope: "col" }, t("phone.model")));
  return [el("h2", {}, t(`policy.${about(state)}.label`)), el("table", {}, el("thead", {}, head), el("tbody", {}, rows))];
}

function ofWorlds(state, found) {
  const rows = Object.entries(found.worlds ?? {}).map(([world, direction]) => el("tr", {},
    el("th", { scope: "row" }, t(`world.${world}.label`)),
    el("td", {}, t("phone.fails_here", { direction: `${ARROWS[direction]} ${t(`say.${direction}`)}` }))));
  return [el("h2", {}, t("phone.result")), el("table", {}, el("tbody", {}, rows))];
}

function model(rows) {
  return el("table", {}, el("tbody", {}, Object.entries(rows).map(([measure, row]) => el("tr", {},
    el("th", { scope: "row" }, t(`outcome.${measure}`)),
    el("td", {}, `${number(row.today, DIGITS[measure])} → ${number(row.now, DIGITS[measure])} (${t(`say.${row.word}`)})`)))));
}
