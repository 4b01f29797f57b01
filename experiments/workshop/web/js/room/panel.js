// The facilitator's panel: steps of the guide, who is in, what was answered, and what it means. The screen hangs on the
// wall, so answers stay hidden until they are shown, and the facilitator's notes stay folded.

import { el, write } from "../dom.js";
import { lang, onLanguage, t } from "../texts.js";
import { join, seats, tables } from "./asked.js";
import { aboutOf, button, declared, kindOf, r, Slot, stepLabel, textOf } from "./common.js";
import { Host } from "./host.js";
import { results } from "./results.js";
import { hands, points, questionOf } from "./typed.js";

const SURE = 4000;     // ms in which a second click means it
const BESIDE = 1600;   // px from which the panel has a column of its own

/** Fills <section id="room">. `app` is what the screen lends: see roomdoor.js. */
export async function mount(section, app) {
  document.head.append(el("link", { rel: "stylesheet", href: "js/room/room.css" }));
  new Panel(section, app).start();
}

class Panel {
  constructor(section, app) {
    Object.assign(this, { section, app, room: null, status: "connecting", plan: "screen", sure: null, joining: false, used: "",
      wide: false, since: Date.now() });
    this.slots = Object.fromEntries(["head", "join", "steps", "notes", "question", "result", "typed", "end"]
      .map((name) => [name, new Slot(`room-${name}`)]));
    section.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.wide) return;
      event.preventDefault();
      this.widen();
    }, true);
    this.notice = el("p", { class: "room-notice", role: "status" });
    section.append(this.notice, ...Object.values(this.slots).map((slot) => slot.node));
  }

  start() {
    this.host = new Host(() => ({ token: this.app.token() ?? "" }), {
      onDoor: (door) => { Object.assign(declared, door); this.status = "in"; this.hello(); },
      onRoom: (room) => this.hear(room),
      onStatus: (word) => { this.status = word; this.show(); },
    });
    onLanguage(() => { this.say("lang", { lang: lang() }); this.show(); });
    this.app.state.on((why) => { if (why !== "drag") { this.use(); this.show(); } });
    setInterval(() => this.tick(), 1000);
    this.show();
  }

  hello() {
    this.used = "";
    this.say("lang", { lang: lang() });
    this.use();
  }

  /** Plays in the world of the screen: organisation, world, seed and weeks. */
  use() {
    const { organisation, world, seed, weeks } = this.app.state.scenario();
    const given = { organisation, world, ...(seed === undefined ? {} : { seed }), ...(weeks === undefined ? {} : { weeks }) };
    const key = JSON.stringify(given);
    if (key === this.used || !declared.steps) return;
    if (this.say("use", { scenario: given })) this.used = key;
  }

  say(type, more) {
    return this.host?.send(type, more) ?? false;
  }

  hear(room) {
    const before = this.room;
    this.room = room;
    this.status = "in";
    if (room.page) save(room.page);
    if (room.problem) this.problem = room.problem;
    else if (!before || before.step !== room.step) this.problem = "";
    if (before?.step !== room.step) {
      this.since = Date.now();
      this.joining = Boolean(declared.open) && room.step === "welcome";
      this.section.scrollTop = 0;
    }
    this.show();
    this.look(before, room);
  }

  /** What was just shown comes into sight; what the model says is read out as well. */
  look(before, room) {
    if (before?.step !== room.step) return;
    const { question, result } = this.slots;
    const [old, found] = [before.results[room.step], room.results[room.step]];
    const opened = this.exercise?.phase === "shown" && before.exercises[room.step]?.phase !== "shown";
    if (result.node.hidden) return;
    if (opened || (found && !old)) this.section.scrollTop = question.node.offsetTop;
    const ended = before.busy === room.step || JSON.stringify(old) !== JSON.stringify(found);
    if (!found || room.busy === room.step || !ended) return;
    const said = [...result.node.querySelectorAll(".room-model, .room-big, .room-heard, .room-worlds h4, .room-grade")];
    this.app.announce(said.map((one) => one.textContent.replace(/\.$/, "")).join(". ") || r("panel.model_says"));
  }

  get exercise() {
    return this.room.exercises[this.room.step];
  }

  show() {
    write(this.notice, this.status === "in" ? (this.problem ?? "") : r(`panel.${this.status}`));
    this.notice.hidden = !this.notice.textContent;
    if (!this.room || !declared.steps) return;
    const { room, slots } = this;
    const { step } = room;
    slots.head.show([room.phones, declared.code, this.joining, this.wide, step], () => this.head());
    slots.join.show([this.joining, declared.code, declared.address], () => (this.joining ? join() : []));
    slots.steps.show([step, Object.keys(room.exercises)], () => this.steps());
    slots.notes.show([step], () => this.notes());
    const asked = [step, this.exercise, room.busy, this.sure, this.plan, this.planless(), room.groups, room.departments,
      Boolean(room.results[step])];
    slots.question.show(asked, () => this.question());
    slots.typed.show([step, this.exercise?.phase === "shown", room.names], () => this.typed());
    slots.result.show([step, this.exercise?.result, room.results, room.spread, room.groups, room.sums], () => results(step, room, this.act));
    slots.end.show([step, this.sure, room.notes, Boolean(this.exercise)], () => this.end());
  }

  /** Puts something on the screen, as one step that can be undone. */
  act = {
    scenario: (patch, label) => {
      if (this.wide) this.widen();
      const own = Object.keys({ ...patch.dials, ...patch.levers }).length > 0;   // a plan of the room, by its own name
      this.app.state.change(patch, label, own);
      if (innerWidth < BESIDE) this.app.show(false);   // there the panel lies over the screen that is to be looked at
    },
  };

  /** How long the step is on, beside the minutes that it has. */
  tick() {
    const clock = this.slots.steps.node.querySelector(".room-clock");
    const seconds = Math.floor((Date.now() - this.since) / 1000);
    if (clock) write(clock, `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
  }

  head() {
    const welcome = this.room.step === "welcome";
    return [
      el("div", { class: "room-row" }, el("h2", {}, r("title")),
        button("wide", r(this.wide ? "panel.smaller" : "panel.larger"), () => this.widen(), { "aria-pressed": String(this.wide) }),
        declared.open ? button("join", r(this.joining ? "panel.hide_join" : "panel.show_join"),
          () => { this.joining = !this.joining; this.show(); }, { "aria-expanded": String(this.joining) }) : null),
      el("p", { class: "room-live" }, `${r("panel.phones", { n: this.room.phones })} · ${r("panel.code")} `,
        el("strong", { class: "room-code" }, declared.code)),
      !declared.open && welcome ? el("p", { class: "soft" }, r("panel.only_here")) : null,
    ];
  }

  /** The whole screen for the room, for the back row; Escape or the same button gives the simulator back. */
  widen() {
    this.wide = !this.wide;
    this.section.classList.toggle("room-wide", this.wide);
    this.show();
  }

  steps() {
    const { step } = this.room;
    const plan = declared.steps.map(([name]) => name);
    const extra = Object.keys(this.room.exercises).filter((name) => !plan.includes(name));
    const at = plan.indexOf(step);
    const select = el("select", { "data-key": "step", "aria-label": r("panel.steps"), onchange: () => this.say("go", { step: select.value }) },
      ...[...plan, ...extra].map((name, k) => el("option", { value: name, selected: name === step },
        k < plan.length ? `${k + 1}. ${stepLabel(name)}` : stepLabel(name))));
    const go = (to) => this.say("go", { step: plan[to] });
    const minutes = declared.steps[at]?.[1];
    return [
      el("div", { class: "room-row" },
        button("previous", "◀", () => go(at - 1), { "aria-label": r("panel.previous"), disabled: at <= 0 }), select,
        button("next", "▶", () => go(at + 1), { "aria-label": r("panel.next"), disabled: at === plan.length - 1 })),
      at >= 0 ? el("p", { class: "soft" }, r("panel.step_of", { n: at + 1, all: plan.length, minutes }), " · ",
        el("span", { class: "room-clock" }, "0:00")) : null,
    ];
  }

  notes() {
    const { step } = this.room;
    const known = declared.steps.some(([name]) => name === step);
    const lines = known ? ["say", "click", "expect", "ask"].flatMap((part) => [
      el("dt", {}, r(`panel.${part}_label`)), el("dd", {}, r(`${textOf(step)}.${part}`))]) : [];
    return [el("details", { "data-key": `notes ${step}` }, el("summary", {}, r("panel.for_you")), el("dl", { class: "room-script" }, ...lines),
      el("p", {}, el("a", { href: `room/guide/${lang()}`, target: "_blank", rel: "noopener" }, r("panel.guide"))))];
  }

  question() {
    const { step } = this.room;
    const kind = kindOf(step);
    if (!this.exercise) return [el("h3", { tabindex: -1, "data-key": "heading" }, stepLabel(step)), kind === "ground" ? el("p", {}, r("practice")) : null];
    const about = kind === "vote" ? el("p", {}, t(`policy.${aboutOf(step)}.help`)) : null;
    return [el("h3", { tabindex: -1, "data-key": "heading" }, stepLabel(step)), about, el("p", { class: "room-asked" }, questionOf(step)),
      kind === "package" ? tables(this.room) : el("p", { class: "room-live" }, r("panel.answered", { n: this.exercise.answered })),
      kind === "roles" ? el("p", { class: "soft" }, seats(this.room)) : null, kind === "worlds" ? this.plans() : null, el("div", { class: "room-row" }, ...this.buttons(kind)),
      this.room.busy === step ? el("p", { class: "soft", role: "status" }, r("panel.busy")) : null];
  }

  buttons(kind) {
    const { phase, enough, answered } = this.exercise;
    const summed = kind === "roles" || kind === "package";   // there showing and asking the model are one
    const known = this.room.results[this.room.step];
    const ready = kind === "package" ? Object.values(this.room.groups).some((one) => Object.keys(one.points).length) : enough;
    const phased = (to) => this.say("phase", { phase: to });
    const words = { roles: "show_sum", package: "show_groups" }[kind] ?? "show";
    const found = [button("phase", r(phase === "open" ? "panel.close" : "panel.reopen"), () => phased(phase === "open" ? "closed" : "open"))];
    if (phase !== "shown") {
      const why = answered ? r("panel.too_few", { n: declared.fewest }) : r("panel.none_yet");
      found.push(button("show", r(`panel.${words}`), () => {
        phased("shown");
        if (summed) this.play();
      }, { class: "button strong", disabled: !ready, title: ready ? null : why }));
      if (!ready && kind === "mirror" && answered) found.push(el("span", { class: "soft" }, why));
    } else if (kind !== "commit" && !(summed && known)) {
      const model = { worlds: "run_worlds" }[kind] ?? "show_model";
      const without = kind === "worlds" && this.planless();
      const disabled = without || this.room.busy === this.room.step;
      const strong = kind === "worlds" || !known;   // once it is there, the next thing to do is another one
      found.push(button("model", r(`panel.${model}`), () => this.play(), { class: strong ? "button strong" : "button", disabled }));
      if (without) found.push(el("span", { class: "soft" }, r("panel.no_plan")));
    }
    return found;
  }

  /** A button that must be clicked twice, since what it does cannot be undone. */
  twice(key, words, act) {
    return button(key, r(this.sure === key ? `${words}_sure` : words), () => {
      if (this.sure === key) { this.sure = null; act(); } else {
        this.sure = key;
        setTimeout(() => { if (this.sure === key) { this.sure = null; this.show(); } }, SURE);
      }
      this.show();
    });
  }

  play() {
    this.used = "";
    this.use();
    const more = kindOf(this.room.step) !== "worlds" ? {}
      : this.plan === "screen" ? { scenario: this.app.state.scenario() } : { plan: Number(this.plan) };
    this.say("play", more);
  }

  /** Whether the plan that is to be tried is today: then there is nothing to break. */
  planless() {
    const { policy, dials, levers } = this.app.state.scenario();
    return this.plan === "screen" && (policy ?? "today") === "today" && ![dials, levers].some((one) => Object.keys(one ?? {}).length);
  }

  plans() {
    const tables = Object.entries(this.room.groups).filter(([, one]) => Object.keys(one.points).length);
    const select = el("select", { "data-key": "plan", onchange: () => { this.plan = select.value; this.show(); } },
      el("option", { value: "screen" }, r("panel.plan_screen")),
      ...tables.map(([n]) => el("option", { value: n, selected: this.plan === n }, r("phone.table", { n }))));
    return el("p", {}, el("label", {}, `${r("panel.plan")} `, select));
  }

  /** Lets the room predict any other policy. */
  another() {
    const policies = this.app.hello()?.presets.map((one) => one.name).filter((name) => name !== "today") ?? [];
    const select = el("select", { "data-key": "policy", "aria-label": r("panel.vote_about") },
      ...policies.map((name) => el("option", { value: name }, t(`policy.${name}.label`))));
    return el("details", { "data-key": "another" }, el("summary", {}, r("panel.own_vote")), el("div", { class: "room-row" }, select,
      button("vote", r("panel.vote_start"), () => this.say("go", { step: `vote:${select.value}` }))));
  }

  typed() {
    const { step } = this.room;
    if (!this.exercise) return [];
    const form = kindOf(step) === "package" ? points(this.room, (group, bought) => this.say("build", { group, points: bought }))
      : hands(step, this.room, (question, numbers) => this.say("hands", { question, numbers }));
    const words = kindOf(step) === "package" ? "panel.hands_table" : "panel.hands";
    return [el("details", { "data-key": "typed" }, el("summary", {}, r(words)), form)];
  }

  end() {
    const again = this.exercise ? this.twice("again", "panel.again", () => this.say("clear", {})) : null;
    const restart = this.twice("restart", "panel.restart", () => this.say("restart", {}));
    const fold = el("details", { "data-key": "more" }, el("summary", {}, r("panel.over")), el("div", { class: "room-row" }, again, restart));
    if (this.room.step !== "commit") return [kindOf(this.room.step) === "vote" || this.room.step === "ground" ? this.another() : null, fold];
    const box = el("textarea", { id: "room-agreed", rows: 4, "data-key": "agreed" }, this.room.notes.join("\n"));
    return [
      el("label", { for: "room-agreed" }, r("panel.notes")), el("p", { class: "soft" }, r("panel.notes_help")), box,
      el("div", { class: "room-row" },
        button("keep", r("panel.notes_set"), () => this.say("notes", { notes: box.value.split("\n").slice(0, 12) })),
        button("page", r("panel.take_home"), () => {
          this.say("notes", { notes: box.value.split("\n").slice(0, 12) });
          this.say("page", { lang: lang(), scenario: this.app.state.scenario() });
        }, { class: "button strong" })), fold,
    ];
  }
}

/** Hands the page to take home to the browser as a file. */
function save(html) {
  const link = el("a", { href: URL.createObjectURL(new Blob([html], { type: "text/html" })), download: "silosim.html" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
