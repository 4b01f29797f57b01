// D, where does the day go: one bar of 100% a team, the baseline's day as a thin bar under it, and what another hour
// would be worth to people there (the shadow price of time).

import { el, set, svg, write } from "./dom.js";
import { named, number, t } from "./texts.js";

export const ACTIVITIES = ["handle", "care", "connect", "improve", "help", "coordination", "game", "room"];
const MOST = 8;        // more teams than that are scrolled through
const LEAST = 0.085;   // a narrower piece has no room for its number

export class Day {
  constructor(root) {
    this.legend = el("p", { class: "legend" });
    this.list = el("div", { class: "days" });
    this.note = el("p", { class: "soft note" });
    root.append(patterns(), this.legend, this.list, this.note);
  }

  draw(answer) {
    this.answer = answer;
    this.legend.replaceChildren(...this.shown().map((name) => el("span", {}, swatch(name), t(`day.${name}`))));
    this.list.replaceChildren(
      el("div", { class: "dayrow headrow", "aria-hidden": "true" }, el("span", {}), el("span", {}),
        el("span", { class: "price" }, t("day.price"))),
      ...answer.day.rows.map((row) => this.row(row)));
    const many = answer.day.rows.length > MOST;
    this.list.classList.toggle("many", many);
    set(this.list, { tabindex: many ? "0" : null, role: many ? "region" : null,
      "aria-label": many ? t("day.teams") : null });
    write(this.note, t(answer.world ? "day.note_world" : "day.note"));
  }

  /** Activities that take any time at all. */
  shown() {
    return ACTIVITIES.filter((name) => this.answer.day.rows.some(({ now, today }) => now[name] >= 0.0005
      || today?.[name] >= 0.0005));
  }

  row({ team, now, today }) {
    const price = [number(now.shadow_price, ".2f")];
    if (today) price.push(el("span", { class: "soft was" }, ` (${number(today.shadow_price, ".2f")})`));
    return el("div", { class: "dayrow" }, el("span", { class: "label" }, named(team)),
      bar(now, today, this.spoken(team, now)),
      el("span", { class: "price" }, ...price));
  }

  spoken(team, now) {
    const parts = this.shown().map((name) => `${t(`day.${name}`)} ${number(now[name], ".0%")}`);
    return `${named(team)}: ${parts.join(", ")}`;
  }

  tables() {
    const names = this.shown();
    const cell = ({ now, today }, name, format) => (today ? t("table.was", { now: number(now[name], format),
      today: number(today[name], format) }) : number(now[name], format));
    const rows = this.answer.day.rows.map((row) => [named(row.team), ...names.map((name) => cell(row, name, ".0%")),
      cell(row, "shadow_price", ".2f")]);
    return [[t("day.caption"), [t("table.team"), ...names.map((name) => t(`day.${name}`)), t("day.price")], rows]];
  }
}

function bar(now, today, spoken) {
  const picture = svg("svg", { class: "track", height: 34, role: "img", "aria-label": spoken, focusable: "false" });
  let from = 0;
  for (const name of ACTIVITIES) {
    const share = now[name] ?? 0;
    picture.append(svg("rect", { class: `act ${name}`, x: percent(from), width: percent(share), y: 0, height: 25 }));
    if (share >= LEAST) {
      picture.append(svg("text", { class: `on-${name}`, x: percent(from + share / 2), y: 19, "text-anchor": "middle" },
        String(Math.round(share * 100))));
    }
    from += share;
  }
  from = 0;
  for (const name of today ? ACTIVITIES : []) {
    const share = today[name] ?? 0;
    picture.append(svg("rect", { class: `act ${name} thin`, x: percent(from), width: percent(share), y: 28,
      height: 6 }));
    from += share;
  }
  return picture;
}

const percent = (x) => `${Math.round(Math.max(0, x) * 10000) / 100}%`;

function swatch(name) {
  return svg("svg", { class: "swatch", width: 22, height: 18, "aria-hidden": "true" },
    svg("rect", { class: `act ${name}`, x: 0, y: 0, width: 22, height: 18 }));
}

/** Hatches, so that no activity is told by colour alone. They are defined once for the page. */
function patterns() {
  const hatch = (id, ...marks) => svg("pattern", { id, width: 8, height: 8, patternUnits: "userSpaceOnUse" },
    svg("rect", { width: 8, height: 8, class: "ground" }), ...marks);
  const lines = (d) => svg("path", { d, class: "hatch" });
  return svg("svg", { class: "defs", width: 0, height: 0, "aria-hidden": "true" }, svg("defs", {},
    hatch("p-care", lines("M-2 2 2 -2M0 8 8 0M6 10 10 6")),
    hatch("p-connect", lines("M0 4H8")),
    hatch("p-improve", svg("circle", { cx: 4, cy: 4, r: 1.6, class: "spot" })),
    hatch("p-help", lines("M4 0V8")),
    hatch("p-game", lines("M-2 2 2 -2M0 8 8 0M6 10 10 6M-2 6 2 10M0 0 8 8M6 -2 10 2"))));
}
