// The bar at the top: scenarios, history, pinning, runs, theme, language and everything else.

import { byId, el, set, write } from "./dom.js";
import { exportFile } from "./exports.js";
import { menu } from "./menus.js";
import { baselineOf, hello, isBaseline, preset } from "./model.js";
import { planOf, scenario as fresh } from "./state.js";
import { lang, named, setLanguage, t } from "./texts.js";

export class TopBar {
  /** `app` has state, answers, replay(), rerun(). */
  constructor(app) {
    this.app = app;
    this.state = app.state;
    menu(byId("menu-preset"), () => this.presets());
    menu(byId("menu-reset"), () => this.resets());
    menu(byId("menu-more"), () => this.more());
    byId("undo").addEventListener("click", () => this.state.move(-1));
    byId("redo").addEventListener("click", () => this.state.move(1));
    byId("replay").addEventListener("click", () => app.replay());
    byId("pin").addEventListener("click", () => this.pin());
    byId("runs").addEventListener("change", (event) => app.rerun(Number(event.target.value)));
    byId("theme").addEventListener("click", () => app.theme());
    for (const button of document.querySelectorAll("button.lang")) {
      button.addEventListener("click", () => {
        localStorage.setItem("silosim.lang", button.dataset.lang);
        setLanguage(button.dataset.lang);
      });
    }
    document.addEventListener("keydown", (event) => this.keys(event));
  }

  /** Ctrl+Z, Ctrl+Y and Ctrl+Shift+Z, except where text is typed. */
  keys(event) {
    if (!(event.ctrlKey || event.metaKey) || event.target.matches("input[type=text], textarea")) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    this.state.move(key === "y" || event.shiftKey ? 1 : -1);
  }

  show() {
    const { state } = this;
    set(byId("undo"), { disabled: !state.canUndo });
    set(byId("redo"), { disabled: !state.canRedo });
    set(byId("replay"), { disabled: !state.canUndo || this.app.replaying });
    write(byId("preset-name"), this.name(state.scenario, state.named));
    byId("preset-name").title = this.name(state.scenario, state.named);
    set(byId("pin"), { "aria-pressed": String(Boolean(state.pinned)) });
    write(byId("pin-words"), t(state.pinned ? "bar.unpin" : "bar.pin"));
    for (const button of document.querySelectorAll("button.lang")) {
      set(button, { "aria-pressed": String(button.dataset.lang === lang()) });
    }
    const runs = byId("runs");
    if (!runs.options.length) runs.append(...hello().stages.map((n) => el("option", { value: n }, String(n))));
    runs.value = String(this.app.answers.runs);
  }

  /** The scenario in a few words: the plan or the preset, and whether anything was moved on top of it. */
  name(scenario, named) {
    const words = named?.words ?? t(`policy.${scenario.policy}.label`);
    const moved = named ? named.key !== planOf(scenario)
      : Object.keys(scenario.dials).length + Object.keys(scenario.levers).length;
    return moved ? t("bar.changed", { name: words }) : words;
  }

  presets() {
    const now = this.state.scenario;
    const organisations = hello().organisations.map((one) => ({
      label: named(one), current: one.name === now.organisation,
      help: t("bar.people", { people: one.people, teams: one.teams.length }),
      run: () => this.state.change(fresh(one.name, now.policy, { seed: now.seed, weeks: now.weeks }), null, named(one)),
    }));
    const policies = hello().presets.map(({ name }) => ({
      label: t(`policy.${name}.label`), help: t(`policy.${name}.help`), current: name === now.policy,
      run: () => this.choose(name),
    }));
    return [{ heading: t("bar.policies") }, ...policies, { heading: t("bar.organisations") }, ...organisations];
  }

  choose(name) {
    const now = this.state.scenario;
    this.state.change({ ...now, policy: name, dials: {}, levers: {} }, null, t(`policy.${name}.label`));
  }

  resets() {
    const { state } = this;
    const now = state.scenario;
    const label = preset(now.policy).name;
    return [
      { label: t("bar.to_baseline"), help: t("bar.to_baseline_help"), disabled: isBaseline(now)
        && !Object.keys(now.world).length,
        run: () => state.change({ ...baselineOf(now), world: {} }, null, t("bar.to_baseline")) },
      { label: t("bar.to_preset", { name: t(`policy.${label}.label`) }), help: t("bar.to_preset_help"),
        run: () => state.change({ ...now, dials: {}, levers: {} }, null, t("bar.reset")) },
      { label: t("bar.to_pinned"), help: state.pinned ? this.name(state.pinned.scenario, state.pinned.named) : t("bar.nothing_pinned"),
        disabled: !state.pinned, run: () => state.change(state.pinned.scenario, null, t("bar.to_pinned")) },
    ];
  }

  pin() {
    if (this.state.pinned) this.state.unpin();
    else this.state.pin();
  }

  more() {
    const now = this.state.scenario;
    const change = (patch, words) => this.state.change({ ...now, ...patch }, null, words);
    const file = (kind) => ({ label: t(`more.${kind}`), help: t(`more.${kind}_help`),
      run: () => exportFile(kind, this.app) });
    const seeds = { label: t("more.seed"), help: t("more.seed_help", { seed: now.seed }),
      run: () => change({ seed: now.seed + 1 }, t("more.seed")) };
    const weeks = hello().horizons.map((n) => ({ label: t(n === 52 ? "more.year" : "more.years", { years: n / 52 }), current: now.weeks === n,
      run: () => change({ weeks: n }, t("more.horizon")) }));
    return [
      { label: t("more.organisation"), help: t("more.organisation_help"), href: "organisation/" },
      { heading: t("more.save") }, file("csv"), file("png"), file("report"),
      { heading: t("more.horizon") }, ...weeks, { heading: t("more.luck") }, seeds,
    ];
  }
}
