// C, the journey: lead time, contacts, effort and NPS as bullets. Every bullet starts at the baseline and goes to the
// right when the customer is better off; its length is in units of what a leader would act on, so that rows compare.

import { el, set, svg } from "./dom.js";
import { measure } from "./model.js";
import { difference, number, t } from "./texts.js";
import { tone, verdict, verdictWords } from "./verdicts.js";

const ROWS = ["lead_time", "contacts", "effort_score", "nps"];
const SPAN = 10;   // differences that matter, from the middle to either end

export class Journey {
  constructor(root) {
    this.root = root;
    this.key = el("p", { class: "scale" });
    this.list = el("div", { class: "bullets" });
    root.append(this.key, this.list);
  }

  draw(answer, pinned) {
    this.answer = answer;
    this.pinned = pinned;
    this.key.replaceChildren(el("span", {}, t("journey.worse")), el("span", {}, answer.world
      ? t("journey.baseline_world") : t("journey.baseline")), el("span", {}, t("journey.better")));
    this.list.replaceChildren(...ROWS.filter((name) => answer.summary[name]).map((name) => this.row(name)));
  }

  row(name) {
    const { label, format } = measure(name);
    const row = this.answer.summary[name];
    return el("div", { class: "bullet" },
      el("span", { class: "label" }, label), el("span", { class: "value" }, number(row.now, format)),
      verdict(row, format), this.picture(name, row));
  }

  picture(name, row) {
    const { matters, better } = measure(name);
    const sign = better === "down" ? -1 : 1;
    const place = (x) => 50 + (48 * Math.max(-SPAN, Math.min(SPAN, (sign * x) / matters))) / SPAN;
    const [from, to] = [50, place(row.difference)].sort((a, b) => a - b);
    const [low, high] = [place(row.low ?? row.difference), place(row.high ?? row.difference)].sort((a, b) => a - b);
    const picture = svg("svg", { class: "track", "aria-hidden": "true", height: 22 },
      svg("rect", { class: "rail", x: "2%", width: "96%", y: 3, height: 16 }),
      svg("rect", { class: `bar ${tone(row.direction)}`, x: `${from}%`, width: `${Math.max(to - from, 0.4)}%`, y: 5,
        height: 12 }),
      svg("line", { class: "whisker", x1: `${low}%`, x2: `${high}%`, y1: 11, y2: 11 }),
      svg("line", { class: "stroke-ghost", x1: "50%", x2: "50%", y1: 0, y2: 22, "stroke-dasharray": "4 3" }));
    const a = this.pinned?.summary[name];
    if (a) {
      const at = place(a.now - row.today);
      picture.append(svg("circle", { class: "pinned", cx: `${at}%`, cy: 11, r: 6 }));
    }
    return set(picture, { focusable: "false" });
  }

  tables() {
    const rows = ROWS.filter((name) => this.answer.summary[name]).map((name) => {
      const { label, format } = measure(name);
      const row = this.answer.summary[name];
      const cells = [label, number(row.today, format), number(row.now, format), verdictWords(row, format),
        t("table.between", { low: difference(row.low, format), high: difference(row.high, format) })];
      return this.pinned ? [...cells, number(this.pinned.summary[name]?.now, format)] : cells;
    });
    const head = [t("table.measure"), t("table.baseline"), t("table.now"), t("table.difference"), t("table.interval")];
    return [[t("journey.title"), this.pinned ? [...head, "A"] : head, rows]];
  }
}
