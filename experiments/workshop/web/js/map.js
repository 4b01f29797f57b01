// B, the silo map: teams at fixed places in journey order. Width of an arrow = handoffs, dash and colour = share that
// arrives with the story intact, dots = work waiting. What the last move changed is marked until the next one.

import { el, set, svg, write } from "./dom.js";
import { arrowPath, curve, journeyOrder, places, ZIGZAG } from "./maplayout.js";
import { journeysOf } from "./model.js";
import { named, number, t } from "./texts.js";

const SHARES = [0.9, 0.8, 0.7];        // above each: one class better
const CHANGED = 0.02;                   // of the share arriving intact
const MARKED = 5;                       // arrows at most that are marked as changed
const MOST_ARROWS = 40;
const LEAST = 0.01;                     // of the busiest arrow: a thinner one is in the table only
const WORTH = 0.05;                     // of the busiest arrow: the change of a thinner one is chance
const WAITING = 0.1;                    // days of work a dot stands for
const LETTER = 9.2;                     // pixels a letter takes
const ROW = 12;                         // dots in a row
const MOST_DOTS = 24;
const UNDER = 34;                       // pixels under a box that its dots may take

/** 0 (best) to 3: how much of the story arrives. */
export const shareClass = (intact) => SHARES.filter((least) => intact < least).length;

export class SiloMap {
  constructor(root) {
    this.legend = el("p", { class: "legend" });
    this.picture = svg("svg", { class: "silomap", role: "img" });
    this.box = el("div", { class: "mapbox" }, this.picture);
    this.changed = el("p", { class: "note" });
    root.append(this.legend, this.box, this.changed);
    this.layers = ["links", "boxes", "cases"].map((name) => svg("g", { class: name }));
    this.picture.append(...this.layers);
    this.size = null;
    new ResizeObserver(() => this.answer && this.redraw()).observe(this.box);
  }

  /** `before`: the map that was on the screen before the last move, or null. */
  draw(answer, before) {
    this.answer = answer;
    this.before = before;
    this.redraw();
  }

  redraw() {
    const { clientWidth: width, clientHeight: height } = this.box;
    if (!width || !height) return;
    const { teams, arrows } = this.answer.map.now;
    set(this.picture, { width, height, viewBox: `0 0 ${width} ${height}`, "aria-label": this.spoken() });
    this.order = journeyOrder(teams.map((team) => team.name), journeysOf(this.answer.scenario.organisation));
    this.at = places(this.order, width, height);
    this.curves = new Map();
    this.most = Math.max(...arrows.map((one) => one.week));
    this.marked = this.moved().slice(0, MARKED).map(({ arrow }) => arrow);
    [this.labels, this.taken] = [[], []];
    this.layers[0].replaceChildren(...this.drawnArrows(arrows).flatMap((arrow) => this.arrow(arrow)), ...this.labels);
    this.layers[1].replaceChildren(...teams.map((team) => this.team(team)));
    this.drawLegend();
    write(this.changed, this.changeWords());
  }

  drawnArrows(arrows) {
    const enough = arrows.filter((one) => one.week >= LEAST * this.most);
    return enough.sort((a, b) => b.week - a.week).slice(0, MOST_ARROWS).reverse();
  }

  /** The curve between two teams, also where no arrow is drawn. */
  curve(from, to) {
    const key = `${from}>${to}`;
    if (!this.curves.has(key)) {
      const others = this.order.filter((name) => name !== from && name !== to).map((name) => this.at[name]);
      this.curves.set(key, curve(this.at[from], this.at[to], others, this.box.clientWidth));
    }
    return this.curves.get(key);
  }

  arrow(arrow) {
    const width = (this.order.length > ZIGZAG ? 0.5 : 1) * (2 + 7 * Math.sqrt(arrow.week / this.most));
    const paths = arrowPath(this.curve(arrow.from, arrow.to), width);
    const kind = `arrow share${shareClass(arrow.intact)}`;
    const parts = [];
    const marked = this.marked.includes(arrow);
    if (marked) {
      parts.push(svg("path", { class: "halo", d: paths.shaft, "stroke-width": width + 9 }),
        svg("path", { class: "halo inner", d: paths.shaft, "stroke-width": width + 4 }));
    }
    parts.push(svg("path", { class: kind, d: paths.shaft, "stroke-width": width }),
      svg("path", { class: `head ${kind}`, d: paths.head }));
    if (marked) {
      const { x, y } = this.free(this.curve(arrow.from, arrow.to));
      this.labels.push(svg("text", { class: "delta", x, y: y + 6, "text-anchor": "middle" },
        number(100 * this.change(arrow), ".0f", true)));
    }
    return parts;
  }

  /** A point on a curve where a number is in nobody's way. */
  free(line) {
    const boxes = this.order.map((name) => this.at[name]);
    const clear = (p) => !this.taken.some((q) => Math.abs(p.x - q.x) < 42 && Math.abs(p.y - q.y) < 20)
      && !boxes.some((b) => Math.abs(p.x - b.x) < b.width / 2 + 20 && p.y - b.y < b.height / 2 + UNDER
        && b.y - p.y < b.height / 2 + 10);
    const places = [0.4, 0.5, 0.3, 0.6, 0.22, 0.7, 0.8].map((t) => line.at(t));
    const found = places.find(clear) ?? places[0];
    this.taken.push(found);
    return found;
  }

  /** Arrows that the last move changed, the most changed first. */
  moved() {
    return this.answer.map.now.arrows.map((arrow) => ({ arrow, by: this.change(arrow) }))
      .filter(({ arrow, by }) => by !== null && Math.abs(by) >= CHANGED && arrow.week >= WORTH * this.most)
      .sort((a, b) => Math.abs(b.by) - Math.abs(a.by));
  }

  /** By how much more of the story arrives than before the last move, or null. */
  change(arrow) {
    const old = this.before?.arrows.find((one) => one.from === arrow.from && one.to === arrow.to);
    return old ? arrow.intact - old.intact : null;
  }

  team(team) {
    const { x, y, width, height } = this.at[team.name];
    const many = this.order.length > ZIGZAG;   // then numbers, which the table explains
    const lines = many ? [String(this.order.indexOf(team.name) + 1)] : wrapped(named(team), width, height);
    const text = svg("text", { x, y: y + 6 - (lines.length - 1) * 10.5, "text-anchor": "middle" },
      ...lines.map((words, k) => svg("tspan", { x, dy: k ? 21 : 0, ...squeezed(words, width) }, words)));
    const dots = many ? [] : this.dots(team.queue ?? 0, x, y + height / 2 + 11);
    return svg("g", { class: "team" }, svg("title", {}, this.name(team.name)),
      svg("rect", { x: x - width / 2, y: y - height / 2, width, height, rx: 8 }), text, ...dots);
  }

  /** Work waiting, under a team's box. */
  dots(days, x, y) {
    const all = Math.round(days / WAITING);
    const count = Math.min(MOST_DOTS, all);
    const first = x - ((Math.min(count, ROW) - 1) * 11) / 2;
    const place = (k) => ({ cx: first + 11 * (k % ROW), cy: y + 11 * Math.floor(k / ROW) });
    const dots = Array.from({ length: count }, (_, k) => svg("circle", { class: "waiting", r: 4, ...place(k) }));
    if (all > MOST_DOTS) dots.push(svg("text", { class: "waiting", x: first + 11 * ROW, y: y + 12 }, "+"));
    return dots;
  }

  drawLegend() {
    const bounds = [[SHARES[0], 1], [SHARES[1], SHARES[0]], [SHARES[2], SHARES[1]], [0, SHARES[2]]];
    const share = (k) => svg("svg", { class: "swatch", width: 44, height: 18, "aria-hidden": "true" },
      svg("line", { class: `arrow share${k}`, x1: 0, x2: 44, y1: 9, y2: 9, "stroke-width": 5 }));
    const dot = svg("svg", { class: "swatch", width: 12, height: 18, "aria-hidden": "true" },
      svg("circle", { class: "waiting", cx: 6, cy: 9, r: 4 }));
    const share100 = (x) => number(x, ".0%");
    const words = (low, high, k) => (k === 0 ? t("map.atleast", { share: share100(low) })
      : k === 3 ? t("map.below", { share: share100(high) }) : `${share100(low).slice(0, -1)}–${share100(high)}`);
    this.legend.replaceChildren(el("span", {}, t("map.intact")),
      ...bounds.map(([low, high], k) => el("span", {}, share(k), words(low, high, k))),
      el("span", {}, dot, t("map.waiting")));
  }

  /** The biggest changes of the last move, in words. */
  changeWords() {
    const moved = this.moved();
    if (!moved.length) return t("map.unchanged");
    const { arrow, by } = moved[0];
    return t("map.changed", { from: this.name(arrow.from), to: this.name(arrow.to),
      before: number(arrow.intact - by, ".0%"), now: number(arrow.intact, ".0%") });
  }

  name(team) {
    const words = named(this.answer.map.now.teams.find((one) => one.name === team) ?? { en: team });
    return this.order.length > ZIGZAG ? `${this.order.indexOf(team) + 1} ${words}` : words;
  }

  spoken() {
    const { arrows, teams } = this.answer.map.now;
    const all = arrows.reduce((sum, one) => sum + one.week, 0);
    const intact = arrows.reduce((sum, one) => sum + one.week * one.intact, 0) / (all || 1);
    return t("map.spoken", { teams: teams.length, handoffs: number(all, ".0f"), intact: number(intact, ".0%") });
  }

  /** The map in numbers: from (rows) to (columns), handoffs a week and the share arriving intact. */
  tables() {
    const { teams, arrows } = this.answer.map.now;
    const by = new Map(arrows.map((arrow) => [`${arrow.from}>${arrow.to}`, arrow]));
    const names = this.order.map((name) => this.name(name));
    const cell = (from, to) => {
      const arrow = by.get(`${from}>${to}`);
      if (!arrow) return "–";
      const change = this.change(arrow);
      const mark = Math.abs(change ?? 0) >= CHANGED && arrow.week >= WORTH * this.most;
      const words = t("map.cell", { week: number(arrow.week, ".0f"), intact: number(arrow.intact, ".0%") });
      return { text: mark ? `${words} ${change > 0 ? "▲" : "▼"}` : words, mark };
    };
    const matrix = [t("map.caption"), [t("map.fromto"), ...names],
      this.order.map((from, k) => [names[k], ...this.order.map((to) => cell(from, to))])];
    const queue = [t("map.queue"), [t("table.team"), t("map.days")],
      teams.map((team) => [this.name(team.name), number(team.queue, ".2f")])];
    return [matrix, queue];
  }
}

/** A word that is a little too long for its box is set narrower. */
const squeezed = (words, width) => (words.length * LETTER > width - 8 ? { textLength: width - 12,
  lengthAdjust: "spacingAndGlyphs" } : {});

/** A name on at most two lines of 18 px text within a box; what does not fit ends in an ellipsis. */
function wrapped(words, width, height) {
  const most = Math.max(3, Math.floor((width - 8) / LETTER));
  if (words.length <= most || height < 44) return [clipped(words, most)];
  if (!words.includes(" ") && words.length <= most * 1.3) return [words];
  const cut = words.lastIndexOf(" ", most);
  if (cut > 0) return [words.slice(0, cut), clipped(words.slice(cut + 1), most)];
  return [`${words.slice(0, most - 1)}-`, clipped(words.slice(most - 1), most)];
}

const clipped = (words, most) => (words.length > most ? `${words.slice(0, most - 1)}…` : words);
