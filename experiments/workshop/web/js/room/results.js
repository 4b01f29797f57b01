// What is shown once it may be: the room's answers, and beside them what the model made of it.

import { el, table } from "../dom.js";
import { number, t } from "../texts.js";
import { aboutOf, ARROWS, bar, button, changeOf, declared, kindOf, r, said, teamLabel, valueOf } from "./common.js";

/** The elements for the result of a step; nothing when there is nothing to show. `act` puts things on the screen. */
export function results(step, room, act) {
  const exercise = room.exercises[step];
  const model = room.results[step];
  const shown = exercise?.phase === "shown";
  const parts = {
    mirror: () => (shown ? mirror(exercise.result, model) : []),
    vote: () => (shown ? vote(step, exercise.result, model, act) : []),
    roles: () => (shown ? roles(step, room, act) : []),
    commit: () => (shown ? counted(exercise.result.counts.first, (one) => r(`item.${one}.label`)) : []),
    worlds: () => [...(shown ? counted(exercise.result.counts.fails, (one) => r(`world.${one}.label`)) : []),
      ...(model ? worlds(room, model, act) : [])],
    package: () => (shown ? packages(room, model, act) : []),
  }[kindOf(step)]?.() ?? [];
  return parts;
}

const sum = (counts) => Object.values(counts).reduce((a, b) => a + b, 0);
const runs = (model) => el("p", { class: "soft" }, r("panel.runs", { n: model.runs }));

function counted(counts, label) {
  const all = sum(counts) || 1;
  const rows = Object.entries(counts).filter(([, n]) => n > 0).sort((a, b) => b[1] - a[1]);
  return [el("dl", { class: "room-counts" }, ...rows.flatMap(([option, n]) => [
    el("dt", {}, label(option)), el("dd", {}, bar(n / all, String(n)))]))];
}

function mirror(result, model) {
  const parts = Object.entries(result.counts).map(([question, counts]) => {
    const high = Math.max(1, ...Object.values(counts));
    const columns = Object.entries(counts).map(([grade, n]) => {
      const fill = el("span", { class: "room-column" });
      fill.style.height = `${(100 * n) / high}%`;
      return el("li", { "aria-label": `${grade}: ${n}` }, el("span", { class: "room-well" }, fill), el("span", {}, grade));
    });
    return el("div", { class: `room-mirror ${question}` }, el("h4", {}, r(`question.${question}`)),
      el("ol", { class: "room-columns" }, ...columns));
  });
  if (result.gap !== null) {
    parts.push(el("p", { class: "room-big" }, r("panel.means", {
      own: number(result.means.self, ".1f"), others: number(result.means.colleagues, ".1f"), gap: number(result.gap, ".1f", true),
    })));
  }
  if (model) {
    parts.push(el("p", { class: "room-heard" }, r("panel.mirror_model", {
      share: number(model.model.more_than_colleagues, ".0%"), gap: number(model.model.perception_gap, ".2f", true),
    })), el("p", { class: "room-heard" }, r("panel.mirror_intention", { share: number(model.by_intention.more_than_colleagues, ".0%") })));
  }
  return parts;
}

/** The option most people chose; empty when nobody chose, or when two were chosen as often. */
export function most(counts) {
  const high = Math.max(...Object.values(counts));
  const first = Object.keys(counts).filter((option) => counts[option] === high);
  return high > 0 && first.length === 1 ? first[0] : "";
}

function vote(step, result, model, act) {
  const rows = declared.outcomes.map((outcome) => {
    const counts = result.counts[outcome];
    const all = sum(counts) || 1;
    const row = model?.model[outcome];
    const right = row && most(counts) === row.direction;
    return el("div", { class: "room-vote" }, el("h4", {}, r(`outcome.${outcome}`)),
      ...Object.entries(counts).map(([option, n]) => bar(n / all, `${ARROWS[option]} ${r(`say.${option}`)}: ${n}`,
        row && option === row.direction ? "right" : "")),
      row ? el("p", { class: "room-model" }, `${right ? "✓ " : ""}${r("panel.model_says")}: ${ARROWS[row.word]} ${said(outcome, row)}`) : null);
  });
  const label = t(`policy.${aboutOf(step)}.label`);
  if (!model) return rows;
  const right = declared.outcomes.filter((o) => most(result.counts[o]) === model.model[o].direction).length;
  return [...rows, el("p", {}, r("panel.guess", { n: right, all: declared.outcomes.length })), more(model.model), runs(model),
    button("on-screen", r("panel.on_screen"), () => act.scenario({ policy: aboutOf(step), dials: {}, levers: {} }, label))];
}

/** All measures of a result, for who wants to see more than the four. */
function more(rows) {
  const found = Object.entries(rows).filter(([measure]) => !declared.outcomes.includes(measure));
  return table(r("panel.other_outcomes"), [r("panel.outcome"), r("panel.today"), r("panel.now"), r("panel.difference")],
    found.map(([m, row]) => [r(`outcome.${m}`), valueOf(m, row.today), valueOf(m, row.now), said(m, row)]));
}

function roles(step, room, act) {
  const both = declared.steps.map(([name]) => name).filter((name) => kindOf(name) === "roles" && room.exercises[name]?.phase === "shown");
  const parts = [departments(step, room)];
  const done = both.filter((name) => room.results[name]?.model);
  if (done.length) {
    parts.push(table(r("panel.sum"), [r("panel.outcome"), r("panel.today"), ...done.map((name) => r(`${aboutOf(name)}.label`))],
      declared.outcomes.map((m) => {
        const today = room.results[done[0]].model[m].today;
        return [r(`outcome.${m}`), valueOf(m, today), ...done.map((name) => said(m, room.results[name].model[m]))];
      })));
  }
  const result = room.results[step];
  if (!result?.model) return parts;
  const headline = ["attainment_closures", "grade"].map((m) => el("p", { class: "room-big" },
    `${r(`outcome.${m}`)}: ${valueOf(m, result.model[m].today)} → ${valueOf(m, result.model[m].now)}`));
  return [...headline, ...parts, runs(result), button("on-screen", r("panel.on_screen"),
    () => act.scenario({ policy: "today", dials: {}, levers: room.sums[step] }, r(`${aboutOf(step)}.label`)))];
}

function departments(step, room) {
  const counts = room.exercises[step].result.counts;
  const change = room.results[step]?.departments ?? {};
  const chosen = (team) => {
    const all = sum(counts[team]);
    if (!all) return r("panel.nobody");
    return Object.entries(counts[team]).filter(([, n]) => n).sort((a, b) => b[1] - a[1])
      .map(([option, n]) => `${r(`choice.${option}.label`)}${n < all ? ` (${number(n / all, ".0%")})` : ""}`).join(", ");
  };
  return table(r("panel.departments"), [r("panel.department"), r("panel.chosen"), r("panel.kpi_change")],
    Object.keys(counts).map((team) => [teamLabel(room.names, team), chosen(team),
      team in change ? changeOf("attainment", change[team]) : "–"]));
}

/** What puts a table's package on the screen. */
function planOf(room, table) {
  const sets = room.groups[table]?.sets;
  return sets ? { policy: "today", dials: sets.dials, levers: sets.levers } : {};
}

function packages(room, model, act) {
  const numbers = Object.keys(room.groups).filter((n) => Object.keys(room.groups[n].points).length);
  if (!numbers.length) return [el("p", {}, r("panel.none_yet"))];
  const heads = numbers.map((n) => r("panel.table_head", { n }));
  const items = declared.items.filter(([item]) => room.spread[item]?.groups);
  const spent = table(r("question.package"), [r("panel.item"), ...heads, r("panel.least"), r("panel.mean"), r("panel.most")],
    items.map(([item, , cost]) => [r(`item.${item}.label`), ...numbers.map((n) => String(cost * (room.groups[n].points[item] ?? 0))),
      String(cost * room.spread[item].min), number(cost * room.spread[item].mean, ".1f"), String(cost * room.spread[item].max)]));
  if (!model) return [spent];
  const measures = [...declared.outcomes, "lead_time", "share_green", "turnover", "cost_per_solved"];
  const gave = table(r("panel.model_says"), [r("panel.outcome"), ...numbers.map((n) => r("phone.table", { n }))],
    measures.map((m) => [r(`outcome.${m}`), ...numbers.map((n) => said(m, model.groups[n]?.[m]))]));
  const buttons = numbers.map((n) => button(`table-${n}`, `${r("panel.on_screen")}: ${r("phone.table", { n })}`,
    () => act.scenario(planOf(room, n), r("phone.table", { n }))));
  return [spent, gave, runs(model), el("div", { class: "room-row" }, ...buttons)];
}

/** The name of a plan in a world; what was on the screen keeps its own name there. */
function planned(room, plan, world) {
  const where = r(`world.${world}.label`);
  return planOf(room, plan).policy ? `${r("phone.table", { n: plan })} · ${where}` : where;
}

function worlds(room, model, act) {
  const word = (row) => r(`panel.${row.direction === "down" ? "failed" : row.direction === "up" ? "held" : "unclear"}`);
  const rows = Object.entries(model.worlds).map(([world, found]) => el("li", {},
    el("h4", {}, r(`world.${world}.label`)),
    el("p", { class: "room-grade" }, `${r("outcome.grade")}: ${valueOf("grade", found.grade.today)} → ${valueOf("grade", found.grade.now)} `
      + `(${changeOf("grade", found.grade.difference)}). ${word(found.grade)}`),
    el("p", { class: "soft" }, ["attainment_closures", "lead_time", "strain"].map((m) => `${r(`outcome.${m}`)} ${said(m, found[m])}`).join(" · ")),
    button(`world-${world}`, r("panel.world_on_screen"),
      () => act.scenario({ ...planOf(room, model.plan), world: declared.worlds[world] }, planned(room, model.plan, world)),
      { "aria-label": `${r("panel.world_on_screen")}: ${r(`world.${world}.label`)}` })));
  return [el("ul", { class: "room-worlds" }, ...rows), runs(model)];
}
