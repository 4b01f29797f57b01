// The form: built anew when something is added, moved or taken away; what is typed changes the model and nothing else.

import { el, set, svg } from "../js/dom.js";
import { lang, number, t } from "../js/texts.js";
import { meter } from "./drawing.js";
import { evenShares, labelOf, newJourney, newStage, newTeam, percent, shortName, shown, sumOfShares, typed } from "./model.js";

const other = () => (lang() === "nl" ? "en" : "nl");

/** The line for what is wrong at a place; it stands below the row of fields. */
const wrong = (path, id = null) => el("p", { class: "wrong", id, "data-wrong": path, hidden: true });

function above(field, line) {
  const both = document.createDocumentFragment();
  both.append(field, line);
  return both;
}

export class Form {
  /** changed(structural): after every change; announce(words): read out. */
  constructor(form, { changed, before, announce }) {
    Object.assign(this, { form, changed, before, announce });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("focusin", ({ target }) => this.before(target));
  }

  show(model) {
    this.model = model;
    this.draw();
  }

  draw() {
    const open = new Set([...this.form.querySelectorAll("details[open]")].map(({ dataset }) => dataset.of));
    this.form.replaceChildren(this.general(), this.teams(), this.journeys());
    for (const details of this.form.querySelectorAll("details")) details.open = open.has(details.dataset.of);
    this.sum();
  }

  /** Something was added, moved or taken away: draw, put the focus where the work goes on, and say it. */
  restructured(focus, words) {
    this.draw();
    this.form.querySelector(focus)?.focus();
    this.announce(words);
    this.changed(true);
  }

  // --- parts ------------------------------------------------------------------------------------------------

  general() {
    const model = this.model;
    const demand = (kind, field) => {
      const radio = el("input", { type: "radio", name: "demand", id: `by-${kind}`, value: kind, checked: model.demand === kind,
        onchange: () => { model.demand = kind; this.draw(); this.form.querySelector(`#by-${kind}`).focus(); this.changed(true); } });
      return el("div", { class: "choice" }, radio, el("label", { for: `by-${kind}` }, t(`pages.own.by_${kind}`)),
        model.demand === kind ? field() : null);
    };
    return el("section", { class: "panel" }, el("h2", {}, t("pages.own.general")),
      el("div", { class: "fields" }, ...this.naming(model, "", "organisation", () => [])),
      el("fieldset", { class: "demand" }, el("legend", {}, t("pages.own.demand")),
        demand("load", () => this.number(model, "load", "load", { share: true, unit: "%", hidden: true, label: t("pages.own.by_load") })),
        demand("arrivals", () => this.number(model, "arrivals", "arrivals", { unit: t("pages.own.a_week"), hidden: true, label: t("pages.own.by_arrivals") })),
        el("p", { class: "soft", id: "other-demand" }), el("p", { class: "soft" }, t("pages.own.load_help")),
        wrong("whole.arrivals")),
      el("div", { class: "fields" },
        this.number(model, "patience", "patience", { label: t("pages.own.patience"), unit: t("pages.own.working_days") }),
        this.number(model, "customers", "customers", { label: t("pages.own.customers"), wholeNumber: true })));
  }

  teams() {
    const { teams } = this.model;
    return el("section", { class: "panel" }, el("h2", {}, t("pages.own.teams")),
      el("p", { class: "soft" }, t("pages.own.teams_help")),
      el("ol", { class: "cards" }, ...teams.map((team, k) => this.team(team, k))),
      wrong("team"), wrong("whole.team"),
      this.button("add-team", t("pages.own.add_team"), () => {
        const team = newTeam();
        teams.push(team);
        this.named(team, `team.${teams.length - 1}`);
        this.restructured(`[data-path="team.${teams.length - 1}.${lang()}"]`, t("pages.own.added_team"));
      }));
  }

  team(team, k) {
    const meets = el("input", { type: "checkbox", id: `meets-${team.id}`, checked: team.meets,
      onchange: ({ target }) => { team.meets = target.checked; this.changed(false); } });
    return el("li", { class: "card", id: `team-${team.id}` },
      el("div", { class: "fields" }, ...this.naming(team, `team.${k}`, `team ${k}`, () => this.model.teams),
        this.number(team, "headcount", `team.${k}.headcount`, { label: t("pages.own.people"), wholeNumber: true }),
        el("div", { class: "check" }, meets, el("label", { for: meets.id }, t("pages.own.meets")))),
      el("p", { class: "gauge", "data-gauge": String(k) }),
      wrong(`team.${k}`),
      this.tools(this.model.teams, k, "team", labelOf(team, lang())));
  }

  journeys() {
    const { journeys } = this.model;
    return el("section", { class: "panel" }, el("h2", {}, t("pages.own.journeys")),
      el("p", { class: "soft" }, t("pages.own.journeys_help")),
      el("ol", { class: "cards" }, ...journeys.map((journey, k) => this.journey(journey, k))),
      wrong("journey"),
      el("div", { class: "row" },
        this.button("add-journey", t("pages.own.add_journey"), () => {
          const journey = newJourney(this.model);
          journeys.push(journey);
          this.named(journey, `journey.${journeys.length - 1}`);
          this.restructured(`[data-path="journey.${journeys.length - 1}.${lang()}"]`, t("pages.own.added_journey"));
        }),
        el("span", { id: "sum" }),
        this.button("even", t("pages.own.even"), () => {
          evenShares(this.model);
          this.restructured("#add-journey", t("pages.own.evened"));
        })),
      wrong("whole.share"));
  }

  journey(journey, k) {
    return el("li", { class: "card", id: `journey-${journey.id}` },
      el("div", { class: "fields" }, ...this.naming(journey, `journey.${k}`, `journey ${k}`, () => this.model.journeys),
        this.number(journey, "share", `journey.${k}.share`, { label: t("pages.own.share"), unit: "%", share: true })),
      el("h3", {}, t("pages.own.steps")),
      el("ol", { class: "steps" }, ...journey.stages.map((stage, i) => this.stage(journey, k, stage, i))),
      wrong(`journey.${k}.stages`),
      this.button(`add-step-${journey.id}`, t("pages.own.add_step"), () => {
        journey.stages.push(newStage(this.model, journey.stages.at(-1)?.team));
        this.restructured(`[data-path="journey.${k}.stages.${journey.stages.length - 1}.team"]`, t("pages.own.added_step"));
      }, "button small"),
      wrong(`journey.${k}`),
      this.tools(this.model.journeys, k, "journey", labelOf(journey, lang())));
  }

  stage(journey, k, stage, i) {
    const path = `journey.${k}.stages.${i}`;
    const id = `team-of-${stage.id}`;
    const choose = el("select", { id, "data-path": `${path}.team`, "aria-describedby": `wrong-${id}`,
      onchange: ({ target }) => { stage.team = Number(target.value); this.changed(false); } },
    ...(this.model.teams.some((team) => team.id === stage.team) ? [] : [el("option", { value: "", selected: true }, t("pages.own.choose"))]),
    ...this.model.teams.map((team) => el("option", { value: team.id, selected: team.id === stage.team }, labelOf(team, lang()) || "?")));
    return el("li", { class: "step" },
      el("div", { class: "input" }, el("label", { for: id, class: "hush" }, t("pages.own.step_team", { n: i + 1 })), choose),
      wrong(`${path}.team`, `wrong-${id}`),
      this.number(stage, "hours", `${path}.hours`, { label: t("pages.own.step_hours", { n: i + 1 }), unit: t("pages.own.hours"), hidden: true }),
      this.tools(journey.stages, i, "step", t("pages.own.step", { n: i + 1 }), 1));
  }

  // --- fields -----------------------------------------------------------------------------------------------

  /** The name people use, and, folded away, the one in the other language and the short one of files. */
  naming(thing, path, id, siblings) {
    const at = (key) => (path ? `${path}.${key}` : key);
    const rename = () => {
      if (!thing.auto) return;
      this.named(thing, path);
      const short = this.form.querySelector(`[data-path="${at("name")}"]`);
      if (short) short.value = thing.name;
    };
    const kind = path.split(".")[0] || "organisation";
    const label = this.text(thing, lang(), at(lang()), t(`pages.own.name_of_${kind}`), rename);
    const more = el("details", { class: "more", "data-of": `${kind}${thing.id ?? ""}` },
      el("summary", {}, t("pages.own.more_names")),
      el("div", { class: "fields" },
        this.text(thing, other(), at(other()), t(`pages.own.in_${other()}`), rename),
        this.text(thing, "name", at("name"), t("pages.own.short_name"), () => { thing.auto = false; }, siblings)));
    return [label, more];
  }

  /** A short name from the label, as long as nobody gave one. */
  named(thing, path) {
    const kind = path.split(".")[0] || "organisation";
    const others = kind === "organisation" ? [] : this.model[`${kind}s`].filter((one) => one !== thing).map(({ name }) => name);
    thing.name = shortName(labelOf({ ...thing, name: "" }, lang()), others, kind);
  }

  text(thing, key, path, label, after = () => {}) {
    const id = `f-${path.replaceAll(".", "-")}`;
    const input = el("input", { type: "text", id, "data-path": path, maxlength: key === "name" ? 40 : 80, value: thing[key] ?? "",
      spellcheck: key === "name" ? "false" : null, "aria-describedby": `wrong-${id}`,
      oninput: ({ target }) => { thing[key] = target.value; after(); this.changed(false); } });
    return above(el("div", { class: key === "name" ? "input short" : "input wide" }, el("label", { for: id }, label), input),
      wrong(path, `wrong-${id}`));
  }

  number(thing, key, path, { label, unit = "", share = false, wholeNumber = false, hidden = false } = {}) {
    const id = `f-${path.replaceAll(".", "-")}`;
    const input = el("input", { type: "text", inputmode: wholeNumber ? "numeric" : "decimal", class: "amount", id, "data-path": path,
      value: shown(share ? percent(thing[key]) : thing[key], lang()), "aria-describedby": `wrong-${id}`,
      oninput: ({ target }) => {
        const value = typed(target.value, { wholeNumber });
        thing[key] = share && typeof value === "number" ? value / 100 : value;
        this.sum();
        this.changed(false);
      } });
    const words = unit && unit !== "%" ? `${label}, ${unit}` : label;
    return above(el("div", { class: "input" }, el("label", { for: id, class: hidden ? "hush" : null }, hidden ? words : label),
      el("span", { class: "amountline" }, input, unit ? el("span", { class: "soft", "aria-hidden": hidden ? "true" : null }, unit) : null)),
    wrong(path, `wrong-${id}`));
  }

  button(id, words, act, kind = "button") {
    return el("button", { type: "button", class: kind, id, onclick: () => { this.before(null); act(); } }, words);
  }

  /** Up, down, away. At least `least` stay. */
  tools(list, k, kind, name, least = 1) {
    const move = (step, key) => this.button(`${key}-${list[k].id}`, "", () => {
      const [one] = list.splice(k, 1);
      list.splice(k + step, 0, one);
      this.restructured(`#${key}-${one.id}:not(:disabled), #${key === "up" ? "down" : "up"}-${one.id}`, t("pages.own.moved", { name, n: k + step + 1 }));
    }, "button small square");
    const sign = { up: "M10 16V5M5 10l5-5 5 5", down: "M10 4v11M5 10l5 5 5-5", away: "M5 5l10 10M15 5 5 15" };
    const dress = (button, key, off) => {
      const words = t(`pages.own.${key}`, { name });
      button.append(svg("svg", { class: "icon", "aria-hidden": "true", viewBox: "0 0 20 20" }, svg("path", { class: "stroke", d: sign[key] })));
      return set(button, { "aria-label": words, title: words, disabled: off });
    };
    const away = this.button(`away-${list[k].id}`, "", () => {
      list.splice(k, 1);
      const next = list[Math.min(k, list.length - 1)];
      this.restructured(next ? `#away-${next.id}` : "#add-team", t("pages.own.gone", { name }));
    }, "button small square");
    return el("div", { class: "tools" }, dress(move(-1, "up"), "up", k === 0), dress(move(1, "down"), "down", k === list.length - 1),
      dress(away, "away", list.length <= least));
  }

  // --- what the server said ---------------------------------------------------------------------------------

  /** Shares together, as typed. */
  sum() {
    const sum = sumOfShares(this.model);
    const whole = Math.abs(sum - 1) < 1e-6;
    const line = this.form.querySelector("#sum");
    line.textContent = t("pages.own.together", { share: shown(Number((100 * sum).toFixed(2)), lang()) });
    line.className = whole ? "soft" : "wrong";
    this.form.querySelector("#even").hidden = whole || !this.model.journeys.length;
  }

  /** Every message at its field; [those for which there is no field]. */
  complain(complaints) {
    const left = [];
    for (const line of this.form.querySelectorAll("[data-wrong]")) set(line, { hidden: true });
    for (const field of this.form.querySelectorAll("[data-path]")) set(field, { "aria-invalid": null });
    for (const { path, text } of complaints) {
      const key = path.join(".");
      const line = this.form.querySelector(`[data-wrong="${CSS.escape(key)}"]`);
      if (!line) { left.push(text); continue; }
      line.textContent = text;
      line.hidden = false;
      const field = this.form.querySelector(`[data-path="${CSS.escape(key)}"]`);
      if (field) set(field, { "aria-invalid": "true" });
      const fold = line.closest("details");
      if (fold) fold.open = true;
    }
    return left;
  }

  /** Beside each team: how busy its people would be, and the work that is asked of them. */
  gauges(loads, busy, stale) {
    for (const line of this.form.querySelectorAll("[data-gauge]")) {
      const k = Number(line.dataset.gauge);
      line.classList.toggle("stale", stale);
      if (!loads || loads[k] === undefined) { line.replaceChildren(); continue; }
      const known = busy && busy[k] !== null && busy[k] !== undefined;
      line.replaceChildren(known ? meter(busy[k]) : "", el("strong", {}, known ? t("pages.own.busy_is", { busy: number(busy[k], ".0%") }) : ""),
        el("span", { class: "soft" }, t("pages.own.load_is", { load: number(loads[k], ".0%") })));
    }
  }
}
