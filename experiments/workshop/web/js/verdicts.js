// How a difference from the baseline is said and marked. The direction comes from the server, by the same rule as in
// `silosim compare`; without one it is 'no clear difference', whatever the number looks like.

import { el } from "./dom.js";
import { difference, t } from "./texts.js";

const MARKS = {
  better: "▲", worse: "▼", slightly_better: "△", slightly_worse: "▽", higher: "↑", lower: "↓",
  slightly_higher: "↑", slightly_lower: "↓",
};

/** 'good', 'bad' or 'flat', for a class. */
export function tone(direction) {
  if (direction.endsWith("better")) return "good";
  return direction.endsWith("worse") ? "bad" : "flat";
}

/** The same row with 'higher' and 'lower' instead of 'better' and 'worse'; `better` is 'up' or 'down'. */
export function neutral(row, better) {
  const [up, down] = better === "up" ? ["better", "worse"] : ["worse", "better"];
  return { ...row, direction: row.direction.replace(up, "higher").replace(down, "lower") };
}

export const claimed = (direction) => direction in MARKS;

/** The difference in words: '▲ +0.26 better' or 'no clear difference'. */
export function verdictWords(row, format) {
  if (!claimed(row.direction)) return t(`verdict.${row.direction === "equal" ? "equal" : "unclear"}`);
  return `${MARKS[row.direction]} ${seen(row.difference, format)} ${t(`verdict.${row.direction}`)}`;
}

/** A difference with a digit more where it would look like zero, since a direction is claimed. */
function seen(value, format) {
  const words = difference(value, format);
  if (/[1-9]/.test(words)) return words;
  const finer = format.replace(/\.(\d)/, (_, digits) => `.${Number(digits) + 1}`);
  return difference(value, format === "share" ? ".2%" : finer);
}

export function verdict(row, format) {
  const clear = claimed(row.direction) && !row.direction.startsWith("slightly");
  return el("span", { class: `verdict ${tone(row.direction)}${clear ? " clear" : ""}` }, verdictWords(row, format));
}
