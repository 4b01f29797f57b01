// Words and numbers on a phone, in both languages. The file of a language is fetched once and kept while the page lives.

const LOCALE = { en: "en-GB", nl: "nl-NL" };
const catalogues = {};
let now = "nl";

export const lang = () => now;

/** Switches to a language, fetching its words first; tries again by itself on poor wifi. */
export async function speak(code) {
  for (let wait = 500; !catalogues[code]; wait = Math.min(wait * 2, 8000)) {
    try {
      const answer = await fetch(`../room/words/${code}.json`);
      if (answer.ok) catalogues[code] = await answer.json();
    } catch {
      // no network just now
    }
    if (!catalogues[code]) await new Promise((then) => setTimeout(then, wait));
  }
  now = code;
  document.documentElement.lang = code;
}

/** The text of `room.<key>`, or of a whole key, with its {fields} filled in. */
export function t(key, fields = {}) {
  const words = catalogues[now]?.[`room.${key}`] ?? catalogues[now]?.[key] ?? key;
  return words.replace(/\{(\w+)\}/g, (all, name) => (name in fields ? String(fields[name]) : all));
}

/** A number with `digits` decimals as the language writes it; undefined ones are a dash. */
export function number(value, digits, signed = false) {
  if (value === null || value === undefined) return "–";
  return new Intl.NumberFormat(LOCALE[now], {
    minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: signed ? "exceptZero" : "auto",
  }).format(value).replace("-", "−");
}

/** A share as a whole percentage. */
export const percent = (share, signed = false) => `${number(share * 100, 0, signed)}%`;
