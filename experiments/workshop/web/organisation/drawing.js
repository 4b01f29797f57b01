// Journeys through the silos: a pillar a team, filled as far as its people are busy, and a line a journey, as thick as
// its share, with a stop at every step, as big as its hours.

import { el, svg, table } from "../js/dom.js";
import { number, t } from "../js/texts.js";
import { labelOf } from "./model.js";

const LANE = { least: 46, most: 190, gap: 10 };
const ROW = { name: 30, line: 40, step: 20 };
const LINE = 22;             // from one line of text to the next
const HEAD = { most: 170 };  // the tallest name that stands upright
const GAP_OF_NAME = 8;
const FOOT = 32;
const COLOURS = 7;
const FULL = 0.95;

/** Draws `model` into `box`; `busy` is the utilisation by team, or null while it is not known. */
export function draw(box, model, busy, lang) {
  const teams = model.teams;
  if (!teams.length) {
    box.replaceChildren(el("p", { class: "soft" }, t("pages.own.nothing_yet")));
    return;
  }
  const room = Math.max(box.clientWidth - 4, 200);
  const lane = Math.min(LANE.most, Math.max(LANE.least, Math.floor(room / Math.max(teams.length, 1))));
  const heads = teams.map((team) => wrapped(labelOf(team, lang), lane - LANE.gap));
  const upright = heads.some((lines) => lines === null);
  const labels = teams.map((team) => labelOf(team, lang));
  const tallest = upright ? Math.min(HEAD.most, Math.max(...labels.map(wide))) : LINE * Math.max(1, ...heads.map((lines) => lines.length));
  const top = tallest + 2 * GAP_OF_NAME;
  const rows = heights(model, top);
  const bottom = rows.length ? rows.at(-1).end + 8 : top + 60;
  const width = Math.max(lane * teams.length, 200);
  const picture = svg("svg", { width, height: bottom + FOOT, viewBox: `0 0 ${width} ${bottom + FOOT}`, role: "img" },
    svg("title", {}, t("pages.own.drawing_title", { name: labelOf(model, lang), teams: teams.length, journeys: model.journeys.length })));
  teams.forEach((team, k) => picture.append(pillar(k * lane, lane, { top, bottom, label: labels[k], lines: upright ? null : heads[k], busy: busy?.[k] ?? null })));
  const at = new Map(teams.map((team, k) => [team.id, k * lane + lane / 2]));
  const most = Math.max(...model.journeys.flatMap(({ stages }) => stages.map(({ hours }) => amount(hours))), 0.1);
  model.journeys.forEach((journey, k) => picture.append(line(journey, rows[k], k, { at, most, width, lang })));
  box.replaceChildren(picture);
}

const pen = document.createElement("canvas").getContext("2d");

/** How wide words are in the drawing, in pixels. */
function wide(words, bold = false) {
  pen.font = `${bold ? "600 " : ""}18px ${getComputedStyle(document.body).fontFamily}`;
  return pen.measureText(words).width;
}

/** Words that fit in `room` pixels, with dots where some are left out. */
function cut(words, room, bold = false) {
  if (wide(words, bold) <= room) return words;
  let shorter = words;
  while (shorter && wide(`${shorter}…`, bold) > room) shorter = shorter.slice(0, -1);
  return `${shorter.trimEnd()}…`;
}

/** A name on at most three lines of `room` pixels, or null when it does not fit. */
function wrapped(words, room) {
  const lines = [];
  for (const word of words.split(/\s+/)) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && wide(longer) <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.length <= 3 && lines.every((line) => wide(line) <= room) ? lines : null;
}

const amount = (x) => (typeof x === "number" && Number.isFinite(x) ? x : 0);

/** A journey that only goes on to the right lies flat; one that turns back goes down a little at every step. */
function heights(model, top) {
  const place = new Map(model.teams.map((team, k) => [team.id, k]));
  let y = top + 8;
  return model.journeys.map(({ stages }) => {
    const order = stages.map(({ team }) => place.get(team) ?? -1);
    const step = order.every((k, i) => i === 0 || k > order[i - 1]) ? 0 : ROW.step;
    const start = y;
    y += ROW.name + ROW.line + step * Math.max(0, stages.length - 1);
    return { start, step, end: y };
  });
}

function pillar(x, lane, { top, bottom, label, lines, busy }) {
  const [left, room, middle] = [x + LANE.gap / 2, lane - LANE.gap, x + lane / 2];
  const high = bottom - top;
  const full = busy === null ? 0 : Math.min(1, busy) * high;
  const name = lines === null
    ? [svg("text", { transform: `translate(${middle + 6} ${top - GAP_OF_NAME}) rotate(-90)` }, cut(label, HEAD.most))]
    : lines.map((words, i) => svg("text", { x: middle, y: top - GAP_OF_NAME - LINE * (lines.length - 1 - i), "text-anchor": "middle" }, words));
  return svg("g", { class: busy !== null && busy > FULL ? "pillar full" : "pillar" }, svg("title", {}, label),
    svg("rect", { class: "outside", x: left, y: top, width: room, height: high, rx: 8 }),
    svg("rect", { class: "inside", x: left, y: bottom - full, width: room, height: full, rx: Math.min(8, full / 2) }),
    ...name,
    svg("text", { class: "busy", x: middle, y: bottom + 23, "text-anchor": "middle" }, busy === null ? "–" : number(busy, ".0%")));
}

function line(journey, row, k, { at, most, width, lang }) {
  const y0 = row.start + ROW.name + ROW.line / 2 - 6;
  const stops = journey.stages.map((stage, i) => ({ x: at.get(stage.team), y: y0 + i * row.step, hours: amount(stage.hours) }))
    .filter(({ x }) => x !== undefined);
  const thick = Math.max(2.5, Math.min(10, 16 * amount(journey.share)));
  const share = ` · ${typeof journey.share === "number" ? number(journey.share, ".0%") : "–"}`;
  const words = cut(labelOf(journey, lang), width - 8 - wide(share, true), true) + share;
  const group = svg("g", { class: `journey way${k % COLOURS}` },
    svg("text", { class: "wayname", x: 4, y: row.start + 22 }, words));
  if (stops.length > 1) {
    const path = stops.map(({ x, y }, i) => (i === 0 ? `M${x} ${y}` : curve(stops[i - 1], { x, y }))).join("");
    group.append(svg("path", { class: "way", d: path, "stroke-width": thick }));
  }
  stops.forEach(({ x, y, hours }, i) => {
    const r = 6 + 9 * Math.sqrt(hours / most);
    group.append(svg("circle", { class: i === 0 ? "stop first" : "stop", cx: x, cy: y, r }));
    if (i > 0) group.append(arrow(stops[i - 1], { x, y }, r));
  });
  return group;
}

const curve = (a, b) => (a.y === b.y ? `L${b.x} ${b.y}`
  : `C${a.x + (b.x - a.x) * 0.1} ${b.y} ${b.x - (b.x - a.x) * 0.4} ${b.y} ${b.x} ${b.y}`);

/** The head of an arrow at the edge of a stop. */
function arrow(a, b, r) {
  const way = b.x === a.x ? 0 : Math.sign(b.x - a.x);
  if (way === 0) return svg("path", { class: "tip", d: `M${b.x} ${b.y - r}l-6-9h12z` });
  const x = b.x - way * r;
  return svg("path", { class: "tip", d: `M${x} ${b.y}l${-way * 11}-7v14z` });
}

/** The same in words and numbers. */
export function twin(box, model, loads, busy, lang) {
  const teams = new Map(model.teams.map((team) => [team.id, labelOf(team, lang)]));
  const value = (x, format) => (typeof x === "number" ? number(x, format) : "–");
  box.replaceChildren(
    table(t("pages.own.teams"), [t("pages.own.team"), t("pages.own.people"), t("pages.own.load"), t("pages.own.busy")],
      model.teams.map((team, k) => [labelOf(team, lang), value(team.headcount, ".0f"), value(loads?.[k] ?? null, ".0%"),
        value(busy?.[k] ?? null, ".0%")])),
    table(t("pages.own.journeys"), [t("pages.own.journey"), t("pages.own.share"), t("pages.own.steps")],
      model.journeys.map((journey) => [labelOf(journey, lang), value(journey.share, ".0%"),
        journey.stages.map(({ team, hours }) => `${teams.get(team) ?? "?"} ${value(hours, ".2f")}`).join(" → ")])));
}

/** A meter beside a team: how busy, with the mark of what is too much. */
export function meter(value) {
  const bar = el("span", { class: value > FULL ? "meter full" : "meter", "aria-hidden": "true" }, el("span", { class: "fill" }));
  bar.firstChild.style.width = `${Math.min(100, 100 * (value ?? 0))}%`;
  return bar;
}
