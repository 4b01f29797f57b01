// All words, in the language that is switched on, and numbers as that language writes them.

const LANGUAGES = ["en", "nl"];
const LOCALE = { en: "en-GB", nl: "nl-NL" };
const catalogues = {};
const listeners = [];
let now = "en";

/** Loads both languages, so that switching is instant; `wanted` is the one to start with. */
export async function loadTexts(wanted) {
  await Promise.all(LANGUAGES.map(async (code) => {
    const answer = await fetch(`/texts/${code}.json`);
    if (!answer.ok) throw new Error(`texts/${code}.json: ${answer.status}`);
    catalogues[code] = await answer.json();
  }));
  setLanguage(LANGUAGES.includes(wanted) ? wanted : "en");
}

export const lang = () => now;

/** Called with the language now and whenever it changes. */
export function onLanguage(listener) {
  listeners.push(listener);
  return listener;
}

export function setLanguage(code) {
  now = code;
  document.documentElement.lang = code;
  translate(document);
  for (const listener of listeners) listener(code);
}

/** Fills every element with data-t (text) or data-label (aria-label) under `root`. */
export function translate(root) {
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of root.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
}

export const has = (key) => key in (catalogues[now] ?? {});

/** The text of a key with its {fields} filled in; a short key means `screen.<key>`. */
export function t(key, fields = {}) {
  const words = catalogues[now]?.[`screen.${key}`] ?? catalogues[now]?.[key];
  if (words === undefined) {
    console.error(`no text ${key}`);
    return key;
  }
  return words.replace(/\{(\w+)(?::[^}]*)?\}/g, (all, name) => (name in fields ? String(fields[name]) : all));
}

/** A number in a Python format of the declarations: '.2f', ',.0f', '.0%', 'share'; null is 'undefined'. */
export function number(value, format = ".2f", signed = false) {
  if (value === null || value === undefined || Number.isNaN(value)) return t("number.undefined");
  const share = format === "share" || format.endsWith("%");
  const digits = format === "share" ? 1 : Number(/\.(\d+)/.exec(format)?.[1] ?? 0);
  const words = new Intl.NumberFormat(LOCALE[now], {
    minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: format.startsWith(","),
  }).format(share ? value * 100 : value);
  const zero = !/[1-9]/.test(words);
  const plain = zero ? words.replace(/[-−]/, "") : words.replace("-", "−");
  return `${signed && value > 0 && !zero ? "+" : ""}${plain}${share ? "%" : ""}`;
}

/** A difference, always with its sign; of two shares in percentage points. */
export function difference(value, format) {
  const words = number(value, format, true);
  return words.endsWith("%") ? `${words.slice(0, -1)} ${t("points")}` : words;
}

/** The name of something that the server names in both languages: {en, nl}. */
export const named = (thing) => thing[now] ?? thing.en ?? thing.name;
