// Small things that all parts of the facilitator's panel use: words, numbers, bars, slots that redraw only on change.

import { el, set } from "../dom.js";
import { difference, lang, number, t } from "../texts.js";

export const r = (key, fields) => t(`room.${key}`, fields);
export const kindOf = (step) => step.split(":")[0];
export const aboutOf = (step) => step.split(":")[1];
export const textOf = (step) => `step.${step.replace(":", "_")}`;
export const ARROWS = { up: "▲", same: "=", down: "▼", small: "≈", unclear: "?" };

/** What the server declared when the door opened: steps, items, choices, formats ... */
export const declared = {};

/** The name of a step, also of a prediction about a policy that is not in the plan. */
export function stepLabel(step) {
  if (declared.steps.some(([name]) => name === step)) return r(`${textOf(step)}.label`);
  return t(`policy.${aboutOf(step)}.label`);
}

export const teamLabel = (names, team) => names[team]?.[lang()] ?? team;
export const valueOf = (measure, value) => number(value, declared.formats[measure]);
export const changeOf = (measure, value) => difference(value, declared.formats[measure]);

/** A change and its direction in a word: '-0.16, down'. */
export function said(measure, row) {
  if (!row) return "–";
  return `${changeOf(measure, row.difference)} (${r(`say.${row.word}`)})`;
}

/** A bar of a share of 1, with its words beside it; the width goes through the CSSOM, as the policy asks. */
export function bar(share, words, kind = "") {
  const fill = el("span", { class: `room-fill ${kind}` });
  fill.style.width = `${Math.round(1000 * share) / 10}%`;
  return el("span", { class: "room-bar" }, el("span", { class: "room-track", "aria-hidden": "true" }, fill),
    el("span", { class: "room-words" }, words));
}

/** A button with a key by which focus finds it back. */
export function button(key, words, pressed, more = {}) {
  return el("button", { type: "button", class: "button", "data-key": key, onclick: pressed, ...more }, words);
}

/** A part of the panel that is drawn anew only when what it shows differs; focus stays on the element with the same key. */
export class Slot {
  constructor(className, tag = "div") {
    this.node = el(tag, { class: className });
    this.before = null;
  }

  show(what, draw) {
    const key = JSON.stringify([lang(), what]);
    if (key === this.before) return;
    this.before = key;
    const at = this.node.contains(document.activeElement) ? document.activeElement : null;
    const focused = at?.dataset.key ?? at?.closest("details")?.dataset.key;
    const open = new Set([...this.node.querySelectorAll("details[open]")].map((one) => one.dataset.key));
    const made = draw();
    this.node.replaceChildren(...(made ?? []).filter((one) => one !== null));
    set(this.node, { hidden: !made?.length });
    for (const one of this.node.querySelectorAll("details")) if (open.has(one.dataset.key)) one.open = true;
    if (focused) this.refocus(focused);
  }

  /** Who works with a keyboard stays where they were, or comes to what is next: never back to the top of the page. */
  refocus(key) {
    const same = this.node.querySelector(`[data-key="${CSS.escape(key)}"]`);
    const usable = same?.matches("details") ? same.querySelector("summary") : same;
    const next = () => this.node.querySelector(".button.strong:not(:disabled)") ?? this.node.querySelector("h3");
    (usable && !usable.disabled ? usable : next())?.focus();
  }
}
