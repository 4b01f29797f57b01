// Every picture has its table: a button shows one in the place of the other, for eyes, keyboards and screen readers.

import { el, icon, table } from "./dom.js";
import { t } from "./texts.js";

export class Panel {
  /** `chart` has tables(): [[caption, head, rows], ...]. */
  constructor(root, chart) {
    this.root = root;
    this.chart = chart;
    this.picture = root.querySelector(".picture");
    this.numbers = el("div", { class: "numbers", hidden: true, tabindex: "0", role: "region" });
    this.button = el("button", { type: "button", class: "button small", "aria-pressed": "false",
      onclick: () => this.turn() });
    root.querySelector(".head").append(this.button);
    root.append(this.numbers);
    this.label();
  }

  label() {
    const shown = !this.numbers.hidden;
    const title = this.root.querySelector("h2").textContent;
    for (const part of [this.button, this.numbers]) part.setAttribute("aria-label", t("panel.table_of", { title }));
    this.button.replaceChildren(icon(shown ? "chart" : "table"),
      el("span", {}, t(shown ? "panel.picture" : "panel.table")));
  }

  turn() {
    this.numbers.hidden = !this.numbers.hidden;
    this.picture.hidden = !this.numbers.hidden;
    this.button.setAttribute("aria-pressed", String(!this.numbers.hidden));
    this.label();
    this.fill();
  }

  /** After a new answer or another language. */
  refresh() {
    this.label();
    this.fill();
  }

  fill() {
    if (this.numbers.hidden || !this.chart.answer) return;
    this.numbers.replaceChildren(...this.chart.tables().map(([caption, head, rows]) => table(caption, head, rows)));
  }
}
