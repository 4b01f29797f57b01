// The organisation being edited: teams and steps have numbers of their own, so that renaming a team breaks nothing.
// `documentOf` gives it the shape of an organisation file, which is what the server judges.

let last = 0;
export const fresh = () => ++last;

const LONGEST_NAME = 40;

/** From a document (the shape of an organisation file). Unknown keys are left out: the server has refused them. */
export function modelOf(document) {
  const teams = (document.team ?? []).map((team) => ({
    id: fresh(), name: team.name, en: team.en ?? "", nl: team.nl ?? "", headcount: team.headcount,
    meets: team.meets_customer ?? false, auto: false,
  }));
  const byName = new Map(teams.map((team) => [team.name, team.id]));
  return {
    name: document.name, en: document.en ?? "", nl: document.nl ?? "", auto: false,
    demand: document.load !== undefined ? "load" : "arrivals", load: document.load ?? null,
    arrivals: document.arrivals ?? null, patience: document.patience ?? 10, customers: document.customers ?? 2000,
    teams,
    journeys: (document.journey ?? []).map((journey) => ({
      id: fresh(), name: journey.name, en: journey.en ?? "", nl: journey.nl ?? "", share: journey.share, auto: false,
      stages: (journey.stages ?? []).map((stage) => ({ id: fresh(), team: byName.get(stage.team), hours: stage.hours })),
    })),
  };
}

/** As a document. A name in one language stands for both; what is left open is left out, and then said to be missing. */
export function documentOf(model, lang) {
  const named = new Map(model.teams.map((team) => [team.id, team.name]));
  return whole({
    ...names(model, lang),
    load: model.demand === "load" ? model.load : null, arrivals: model.demand === "arrivals" ? model.arrivals : null,
    patience: model.patience, customers: model.customers,
    team: model.teams.map((team) => whole({ ...names(team, lang), headcount: team.headcount, meets_customer: team.meets })),
    journey: model.journeys.map((journey) => whole({
      ...names(journey, lang), share: journey.share,
      stages: journey.stages.map((stage) => whole({ team: named.get(stage.team) ?? "", hours: stage.hours })),
    })),
  });
}

function names(thing, lang) {
  if (!thing.en && !thing.nl) return { name: thing.name, [lang]: "" };
  return { name: thing.name, en: thing.en || thing.nl, nl: thing.nl || thing.en };
}

const whole = (table) => Object.fromEntries(Object.entries(table).filter(([, value]) => value !== null && value !== undefined));

/** What people call it, in the language or else the other one. */
export const labelOf = (thing, lang) => (lang === "nl" ? thing.nl || thing.en : thing.en || thing.nl) || thing.name || "";

/** The short name that goes with a label: small letters, digits and _, different from all others. */
export function shortName(label, others, fallback) {
  const plain = label.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+/, "").replace(/_+$/, "").slice(0, LONGEST_NAME) || fallback;
  if (!others.includes(plain)) return plain;
  for (let k = 2; ; k++) {
    const numbered = `${plain.slice(0, LONGEST_NAME - 4)}_${k}`;
    if (!others.includes(numbered)) return numbered;
  }
}

export const newTeam = () => ({ id: fresh(), name: "", en: "", nl: "", headcount: 5, meets: false, auto: true });

export function newJourney(model) {
  const left = 1 - sumOfShares(model);
  return { id: fresh(), name: "", en: "", nl: "", share: left > 0.0005 ? rounded(left) : 0.1, auto: true,
    stages: [newStage(model)] };
}

export const newStage = (model, after) => ({ id: fresh(), hours: 1,
  team: (model.teams.find((team) => team.id !== after) ?? model.teams[0])?.id });

const rounded = (x) => Number(x.toFixed(4));

export const sumOfShares = (model) => model.journeys.reduce((sum, { share }) => sum + (Number.isFinite(share) ? share : 0), 0);

/** Shares in the same proportion that add up to one, in tenths of a percent; the largest takes the rest. */
export function evenShares(model) {
  const sum = sumOfShares(model);
  for (const journey of model.journeys) {
    const share = Number.isFinite(journey.share) ? journey.share : 0;
    journey.share = sum > 0 ? Math.round(1000 * share / sum) / 1000 : rounded(1 / model.journeys.length);
  }
  const largest = model.journeys.reduce((a, b) => (b.share > a.share ? b : a), model.journeys[0]);
  if (largest) largest.share = rounded(largest.share + 1 - sumOfShares(model));
}

/** A number as somebody types it: a decimal point or comma; null when nothing stands there, the words when no number does. */
export function typed(words, { wholeNumber = false } = {}) {
  const plain = words.trim().replace(/\s/g, "");
  if (!plain) return null;
  if (wholeNumber && /^\d{1,3}([.,]\d{3})+$/.test(plain)) return Number(plain.replace(/[.,]/g, ""));
  return /^-?\d*([.,]\d+)?$/.test(plain) && /\d/.test(plain) ? Number(plain.replace(",", ".")) : words.trim().slice(0, 40);
}

/** A number for an input, all its digits, as the language writes it. */
export function shown(value, lang) {
  if (value === null || value === undefined) return "";
  return lang === "nl" && typeof value === "number" ? String(value).replace(".", ",") : String(value);
}

/** A share as a percentage, without the last digits that a computer adds. */
export const percent = (share) => (typeof share === "number" ? Number((100 * share).toPrecision(12)) : share);
