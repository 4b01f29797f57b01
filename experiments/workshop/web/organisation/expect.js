// What to expect of the organisation as it is: a few numbers, and what is off, in the words of the command line.

import { el } from "../js/dom.js";
import { number, t } from "../js/texts.js";

/** Shows the last answer about an organisation without mistakes; `mistakes`: the form has some by now. */
export function expectation(box, known, { mistakes, measure }) {
  const { measured } = known;
  const facts = [[t("pages.own.all_people"), number(known.people, ",.0f")],
    [t("pages.own.cases"), number(known.arrivals, ",.1f")], [t("pages.own.load"), number(known.load, ".0%")],
    ...(measured ? [[t("pages.own.grade"), number(measured.grade, ".1f")]] : [])];
  box.replaceChildren(...(mistakes ? [el("p", { class: "soft" }, t("pages.own.before"))] : []),
    el("dl", { class: "facts" }, ...facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))),
    ...(measured ? findings(measured.findings) : [el("p", {}, t("pages.own.slow")),
      el("button", { type: "button", class: "button", onclick: measure }, t("pages.own.measure"))]),
    el("p", { class: "soft" }, t("pages.own.measured_how")));
}

function findings(found) {
  if (!found.length) return [el("p", { class: "verdict good" }, t("pages.own.plausible"))];
  return [el("ul", { class: "findings" }, ...found.map((words) => el("li", {}, words)))];
}
