// The eight sliders, the switch for the customer-process team and the drawer with assumptions about the world.
// Native range inputs: arrow keys, Page Up and Down, Home and End work by themselves.

import { byId, el, set, svg, write } from "./dom.js";
import { dialMeaning, dialValue, leverWords, worldValue } from "./meanings.js";
import { shared } from "./mix.js";
import { dial as dialOf, hello, positions, preset, withDial, withWorld } from "./model.js";
import { t } from "./texts.js";

export class Dials {
  constructor(state) {
    this.state = state;
    this.rows = new Map();
    tabs();
  }

  /** Builds everything in the present language, at the present scenario. */
  build() {
    this.rows.clear();
    const dials = hello().dials.map((dial) => (dial.toggle ? this.toggle(dial) : this.dial(dial)));
    byId("dials").replaceChildren(...dials, this.besides());
    const world = hello().world.map((parameter) => this.assumption(parameter));
    byId("world").replaceChildren(el("p", {}, t("world.help")), ...world,
      el("p", {}, el("button", { type: "button", class: "button", id: "world-reset", onclick: () => this.state.change(
        { ...this.state.scenario, world: {} }, null, t("world.reset")) }, t("world.reset"))));
    this.show();
  }

  /** Puts every control where the scenario has it. */
  show() {
    const now = this.state.scenario;
    for (const row of this.rows.values()) row(now);
    const changed = Object.keys(now.world).length;
    const count = byId("world-count");
    count.hidden = !changed;
    write(count, changed ? `(${changed})` : "");
    set(byId("world-reset"), { disabled: !changed });
  }

  dial(dial) {
    const base = `dial-${dial.name}`;
    const label = t(`${dial.text}.label`);
    const mean = el("p", { class: "mean", id: `${base}-mean` });
    const frame = el("div", { class: "dial", id: base, role: dial.parts.length > 1 ? "group" : null,
      "aria-label": dial.parts.length > 1 ? label : null });
    const parts = dial.parts.map((_, part) => this.part(dial, part, base));
    const about = info(`${base}-help`, label, t(`${dial.text}.help`));
    if (parts.length === 1) {
      const { name, slider, shown } = parts[0];
      frame.append(el("div", { class: "line" }, name, about.button, shown), slider, mean, about.help);
    } else {
      frame.append(el("div", { class: "line" }, el("span", { class: "name" }, label), about.button),
        ...parts.map(({ name, slider, shown }) => el("div", { class: "part" }, name, slider, shown)), mean,
        about.help);
    }
    this.rows.set(base, (scenario) => {
      const { at, exact } = positions(scenario, dial.name);
      write(mean, exact ? dialMeaning(dial.name, at) : t("dial.beyond"));
      parts.forEach((part, k) => part.show(at, k, exact));
      frame.classList.toggle("moved", at.some((x, k) => x !== dial.today[k]) || !exact);
    });
    return frame;
  }

  part(dial, part, base) {
    const id = `${base}-${dial.parts[part]}`;
    const one = dial.parts.length === 1;
    const name = el("label", { class: "name", for: id }, one ? t(`${dial.text}.label`)
      : t(`${dial.text}.${dial.parts[part]}`));
    const shown = el("span", { class: "number", "aria-hidden": "true" });
    const input = el("input", { type: "range", id, min: dial.low, max: dial.high, step: dial.step,
      "aria-describedby": `${base}-mean`,
      oninput: () => this.state.drag(this.moved(dial, part, Number(input.value))),
      onchange: () => this.state.change(this.moved(dial, part, Number(input.value)), id, name.textContent) });
    const slider = withMark(input, (dial.today[part] - dial.low) / (dial.high - dial.low));
    const show = (at, k, exact) => {
      input.value = at[k];
      const words = one ? dialValue(dial.name, at) : `${at[k]}%`;
      write(shown, exact ? words : `≈ ${words}`);
      input.setAttribute("aria-valuetext", one ? `${words}, ${dialMeaning(dial.name, at)}` : words);
      slider.style.setProperty("--at", String((at[k] - dial.low) / (dial.high - dial.low)));
    };
    return { name, slider, shown, show };
  }

  moved(dial, part, value) {
    const from = this.state.draft ? this.from(dial) : positions(this.state.scenario, dial.name).at;
    const at = dial.total === null ? from.map((x, k) => (k === part ? value : x))
      : shared(from, part, value, dial.total, dial.step);
    return withDial(this.state.scenario, dial.name, at);
  }

  /** While one part is dragged, the others follow from where they stood when the drag began. */
  from(dial) {
    return positions(this.state.steps[this.state.at].scenario, dial.name).at;
  }

  toggle(dial) {
    const id = `dial-${dial.name}`;
    const input = el("input", { type: "checkbox", id, role: "switch", onchange: () => this.state.change(
      withDial(this.state.scenario, dial.name, [input.checked ? 1 : 0]), id, t(`${dial.text}.label`)) });
    const about = info(`${id}-help`, t(`${dial.text}.label`), t(`${dial.text}.help`));
    this.rows.set(id, (scenario) => {
      input.checked = positions(scenario, dial.name).at[0] === 1;
    });
    return el("div", { class: "dial toggle" }, el("div", { class: "line" },
      el("label", { class: "name", for: id }, input, t(`${dial.text}.label`)), about.button), about.help);
  }

  /** What is set and no slider shows: levers of the scenario itself, and single levers on top of it. */
  besides() {
    const [count, list] = [el("summary", {}), el("p", {})];
    const frame = el("details", { class: "besides" }, count, list);
    const usual = new Map(hello().parameters.map((one) => [one.name, one.default]));
    this.rows.set("besides", (scenario) => {
      const { beyond, levers } = preset(scenario.policy);
      const touched = new Set(Object.keys(scenario.dials).flatMap((name) => dialOf(name).sets));
      const own = Object.fromEntries(beyond.filter((name) => !touched.has(name)).map((name) => [name, levers[name]]));
      const all = Object.entries({ ...own, ...scenario.levers }).filter(([name, value]) => value !== usual.get(name));
      frame.hidden = !all.length;
      write(count, t("controls.besides", { n: all.length }));
      write(list, all.map(([name, value]) => leverWords(name, value)).join("; "));
    });
    return frame;
  }

  assumption(parameter) {
    const id = `world-${parameter.name}`;
    const label = t(`param.${parameter.name}.label`);
    const shown = el("span", { class: "number", "aria-hidden": "true" });
    const next = () => withWorld(this.state.scenario, parameter.name, Number(input.value));
    const input = el("input", { type: "range", id, min: parameter.least, max: parameter.most, step: parameter.step,
      "aria-describedby": `${id}-help`, oninput: () => this.state.drag(next()),
      onchange: () => this.state.change(next(), id, label) });
    const span = parameter.most - parameter.least;
    const slider = withMark(input, (parameter.default - parameter.least) / span);
    this.rows.set(id, (scenario) => {
      const value = scenario.world[parameter.name] ?? parameter.default;
      input.value = value;
      write(shown, worldValue(parameter.name, value));
      input.setAttribute("aria-valuetext", worldValue(parameter.name, value));
      slider.style.setProperty("--at", String((value - parameter.least) / span));
    });
    return el("div", { class: "dial" }, el("div", { class: "line" }, el("label", { class: "name", for: id }, label),
      shown), slider, el("p", { class: "mean long", id: `${id}-help` }, t(`param.${parameter.name}.help`)));
  }
}

/** A slider with a mark where today's organisation stands. */
function withMark(input, share) {
  const mark = svg("svg", { class: "today", "aria-hidden": "true", viewBox: "0 0 10 8", width: 10, height: 8 },
    svg("path", { d: "M5 0 10 8H0z" }));
  const frame = el("div", { class: "slider" }, input, mark);
  frame.style.setProperty("--today", String(Math.max(0, Math.min(1, share))));
  return frame;
}

/** A button that opens a line of explanation. */
function info(id, label, words) {
  const help = el("p", { class: "help", id, hidden: true }, words);
  const button = el("button", { type: "button", class: "info", "aria-expanded": "false", "aria-controls": id,
    "aria-label": t("controls.about", { what: label }), onclick: () => {
      help.hidden = !help.hidden;
      button.setAttribute("aria-expanded", String(!help.hidden));
    } }, "?");
  return { help, button };
}

/** The two tabs: arrow keys go from one to the other. */
function tabs() {
  const all = ["dials", "world"].map((name) => ({ tab: byId(`tab-${name}`), panel: byId(name) }));
  const choose = (chosen, focus) => all.forEach(({ tab, panel }, k) => {
    tab.setAttribute("aria-selected", String(k === chosen));
    tab.tabIndex = k === chosen ? 0 : -1;
    panel.hidden = k !== chosen;
    if (k === chosen && focus) tab.focus();
  });
  all.forEach(({ tab }, k) => {
    tab.addEventListener("click", () => choose(k));
    tab.addEventListener("keydown", (event) => {
      if (["ArrowRight", "ArrowLeft"].includes(event.key)) choose(1 - k, true);
    });
  });
}
