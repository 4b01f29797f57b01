// What the server declared in its 'hello', looked up by name, and its answers brought into the shape that is drawn.

import { has, t } from "./texts.js";

let told = null;
const journeys = new Map();
const measures = new Map();

export function learn(hello) {
  told = hello;
  for (const one of hello.organisations) journeys.set(one.name, one.journeys ?? []);
  for (const one of hello.measures) measures.set(one.name, one);
}

/** An organisation that came with a link: in the list from now on. */
export function meet(organisation) {
  if (!organisation || told.organisations.some((one) => one.name === organisation.name)) return;
  told.organisations.push(organisation);
  journeys.set(organisation.name, organisation.journeys ?? []);
}

export const hello = () => told;
export const journeysOf = (organisation) => journeys.get(organisation) ?? [];
export const preset = (name) => told.presets.find((one) => one.name === name) ?? told.presets[0];
export const dial = (name) => told.dials.find((one) => one.name === name);

/** Label, format and more of a measure. */
export function measure(name) {
  const declared = measures.get(name) ?? { format: ".2f", better: "neither", matters: 0.1 };
  return { ...declared, label: has(`measure.${name}.label`) ? t(`measure.${name}.label`) : name };
}

/** Where a slider stands in a scenario: {at: positions, exact}. */
export function positions(scenario, name) {
  const own = scenario.dials[name];
  return own ? { at: own, exact: true } : preset(scenario.policy).dials[name];
}

/** A scenario with a slider at positions; where the preset has it there anyway, nothing is set. */
export function withDial(scenario, name, at) {
  const dials = { ...scenario.dials };
  const usual = preset(scenario.policy).dials[name];
  if (usual.exact && usual.at.every((x, k) => Math.abs(x - at[k]) < 1e-9)) delete dials[name];
  else dials[name] = at;
  return { ...scenario, dials };
}

/** A scenario with a parameter of the world set; at its default it is not named. */
export function withWorld(scenario, name, value) {
  const world = { ...scenario.world };
  const declared = told.world.find((one) => one.name === name);
  if (Math.abs(declared.default - value) < 1e-9) delete world[name];
  else world[name] = value;
  return { ...scenario, world };
}

export const changedWorld = (scenario) => Object.keys(scenario.world).length > 0;

/** Today's organisation in the same world: what every difference is measured from. */
export function baselineOf(scenario) {
  return { ...scenario, policy: "today", dials: {}, levers: {} };
}

export const isBaseline = (scenario) => scenario.policy === "today" && !Object.keys(scenario.dials).length
  && !Object.keys(scenario.levers).length;

/** The server's 'band' message in the shape that the charts draw, with the scenario it belongs to. */
export function drawable(band, scenario) {
  return {
    scenario, runs: band.runs, of: band.of, done: band.done, world: changedWorld(scenario),
    series: fans(band.series), summary: band.summary, day: days(band), map: { now: flows(band.map.now),
      today: flows(band.map.today) }, sentence: band.sentence, losers: band.losers, people: band.people,
  };
}

function fans({ week, ...rest }) {
  const side = ({ p10, p50, p90 }) => [p10, p50, p90];
  return Object.fromEntries(Object.entries(rest).map(([name, { now, today }]) => [name,
    { week, now: side(now), today: side(today) }]));
}

function days(band) {
  const names = new Map(band.map.now.teams.map((team) => [team.name, team]));
  const today = new Map(band.day.today.map((row) => [row.team, row]));
  return { rows: band.day.now.map((now) => ({ team: names.get(now.team) ?? { en: now.team }, now,
    today: today.get(now.team) ?? null })) };
}

/** Matrices of handoffs as a list of arrows, with the share that arrives intact. */
function flows({ teams, queue, pressure, handoffs, intact, bounced }) {
  const arrows = [];
  teams.forEach((from, a) => teams.forEach((to, b) => {
    if (a === b || !(handoffs[a][b] > 0) || intact[a][b] === null) return;
    arrows.push({ from: from.name, to: to.name, week: handoffs[a][b], intact: intact[a][b], bounced: bounced[a][b] });
  }));
  return { teams: teams.map((team, k) => ({ ...team, queue: queue[k], pressure: pressure[k] })), arrows };
}
