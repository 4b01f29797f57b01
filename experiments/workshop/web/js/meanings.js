// What a position of a slider means, in a few words, and how its number is written.

import { number, t } from "./texts.js";

// Up to and including a position: which words. The last pair holds for everything above.
const WORDS = {
  kpi_quality: [[0, "none"], [50, "some"], [90, "most"], [Infinity, "all"]],
  pressure: [[15, "relaxed"], [45, "looser"], [54, "today"], [79, "tighter"], [Infinity, "squeezed"]],
  workload: [[1.5, "one"], [2.9, "fewer"], [3.1, "today"], [5, "more"], [Infinity, "everything"]],
  platform: [[0, "none"], [50, "some"], [95, "most"], [Infinity, "all"]],
  rules: [[10, "room"], [25, "looser"], [34, "today"], [69, "stricter"], [Infinity, "crocodile"]],
};
const WEEK = 40;       // hours
const WORLD = { conviction_start: ".2f", survey_noise: ".1f" };

/** The number beside a slider of one part. */
export function dialValue(name, [x]) {
  return t(`dial.${name}.value`, { x: number(x, Number.isInteger(x) ? ".0f" : ".1f") });
}

export function dialMeaning(name, at) {
  if (name === "reward_mix") return t("dial.reward_mix.mean", { output: at[0] + at[1], customer: at[2] + at[3] });
  if (name === "customer_time") {
    return at[0] ? t("dial.customer_time.mean", { hours: number((at[0] * WEEK) / 100, ".1f").replace(/[.,]0$/, "") })
      : t("dial.customer_time.none");
  }
  if (name === "leaders") return leaders(at[0]);
  const [, words] = WORDS[name].find(([most]) => at[0] <= most);
  return t(`dial.${name}.mean.${words}`);
}

function leaders(x) {
  if (x === 0) return t("dial.leaders.none");
  if (x === 1) return t("dial.leaders.once");
  return t("dial.leaders.mean", { weeks: Math.max(1, Math.round(52 / x)) });
}

/** A lever and its value: 'Culture programme: 1'. */
export function leverWords(name, value) {
  const label = t(`param.${name}.label`);
  if (typeof value === "string") return `${label}: ${t(`param.${name}.choice.${value}`)}`;
  return `${label}: ${number(value, ".2f").replace(/[.,]?0+$/, "") || "0"}`;
}

/** The value of a parameter of the world as the drawer shows it. */
export function worldValue(name, value) {
  return number(value, WORLD[name] ?? ".0%");
}
