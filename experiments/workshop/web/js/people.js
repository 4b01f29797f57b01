// E, people: from the baseline (ring) to now (disc). Conviction and the two gaps, strain and turnover.

import { el, svg } from "./dom.js";
import { measure } from "./model.js";
import { difference, number, t } from "./texts.js";
import { neutral, tone, verdict, verdictWords } from "./verdicts.js";

const ROWS = [["conviction", 0, 1], ["value_action_gap", 0, 1], ["perception_gap", -0.5, 0.5], ["strain", 0, 1],
  ["turnover", 0, 0.5]];   // measure, and the ends of its scale
const SIGNED = new Set(["perception_gap"]);   // on both sides of 0, where lower is not simply better
const FORMATS = { conviction: ".2f", perception_gap: ".2f", value_action_gap: ".0%", turnover: ".0%" };

export class People {
  constructor(root) {
    root.append(this.key = el("p", { class: "legend" }), this.list = el("div", { class: "dumbbells" }));
  }

  draw(answer, pinned) {
    this.answer = answer;
    this.pinned = pinned;
    const dot = (kind) => svg("svg", { class: "swatch", width: 18, height: 18, "aria-hidden": "true" },
      svg("circle", { class: kind, cx: 9, cy: 9, r: kind === "pinned" ? 6 : 7 }));
    const entries = [["ring", answer.world ? "people.today_world" : "people.today"], ["disc", "people.now"]];
    if (pinned) entries.push(["pinned", "people.pinned"]);
    this.key.replaceChildren(...entries.map(([kind, key]) => el("span", {}, dot(kind), t(key))));
    this.list.replaceChildren(...this.rows().map((row) => this.row(...row)));
  }

  rows() {
    return ROWS.filter(([name]) => this.answer.summary[name]);
  }

  /** What the server found of a measure; of one that may lie on both sides of 0 with 'higher' instead of 'better'. */
  found(name) {
    const row = this.answer.summary[name];
    return SIGNED.has(name) ? neutral(row, measure(name).better) : row;
  }

  row(name, least, most) {
    const row = this.found(name);
    const format = FORMATS[name] ?? measure(name).format;
    return el("div", { class: "dumbbell" }, el("span", { class: "label" }, t(`people.${name}`)),
      el("span", { class: "value" }, number(row.now, format)), verdict(row, format),
      this.picture(name, row, least, most));
  }

  picture(name, row, least, most) {
    const place = (x) => `${2 + 96 * Math.max(0, Math.min(1, (x - least) / (most - least)))}%`;
    const picture = svg("svg", { class: "track", height: 24, "aria-hidden": "true", focusable: "false" },
      svg("line", { class: "rail", x1: "2%", x2: "98%", y1: 12, y2: 12 }),
      least < 0 ? svg("line", { class: "zero", x1: place(0), x2: place(0), y1: 3, y2: 21 }) : null,
      svg("line", { class: `link ${tone(row.direction)}`, x1: place(row.today), x2: place(row.now), y1: 12, y2: 12 }),
      svg("circle", { class: "ring", cx: place(row.today), cy: 12, r: 8 }),
      svg("circle", { class: "disc", cx: place(row.now), cy: 12, r: 8 }));
    const a = this.pinned?.summary[name];
    if (a) picture.append(svg("circle", { class: "pinned", cx: place(a.now), cy: 12, r: 6 }));
    return picture;
  }

  tables() {
    const head = [t("table.measure"), t("table.baseline"), t("table.now"), t("table.difference"), t("table.interval")];
    const rows = this.rows().map(([name]) => {
      const row = this.found(name);
      const format = FORMATS[name] ?? measure(name).format;
      const cells = [t(`people.${name}`), number(row.today, format), number(row.now, format),
        verdictWords(row, format), t("table.between", { low: difference(row.low, format),
          high: difference(row.high, format) })];
      return this.pinned ? [...cells, number(this.pinned.summary[name]?.now, format)] : cells;
    });
    return [[t("people.title"), this.pinned ? [...head, "A"] : head, rows]];
  }
}
