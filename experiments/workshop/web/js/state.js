// What is set on the screen: the scenario, its history (undo, redo, replay), the pinned scenario A.

const COALESCE = 900;   // ms: presses of an arrow key on one slider are one step of history
const MOST = 200;

/** A scenario as the server takes it; `seed` and `weeks` come from the server's defaults. */
export function scenario(organisation, policy = "today", more = {}) {
  return { organisation, policy, dials: {}, levers: {}, world: {}, ...more };
}

/** The same text for the same scenario, whatever the order in which it was put together. */
export function keyOf(what) {
  if (Array.isArray(what)) return `[${what.map(keyOf).join()}]`;
  if (what === null || typeof what !== "object") return JSON.stringify(what);
  return `{${Object.keys(what).sort().map((name) => `${name}:${keyOf(what[name])}`).join()}}`;
}

export class State {
  constructor(first) {
    this.listeners = [];
    this.start(first);
  }

  /** Begins anew with a scenario, without a history. */
  start(first) {
    this.steps = [{ scenario: first, label: "" }];
    this.at = 0;
    this.pinned = null;
    this.draft = null;
    this.last = { control: null, when: 0 };
  }

  /** What is shown now: a position under the finger comes before the last one let go of. */
  get scenario() {
    return this.draft ?? this.steps[this.at].scenario;
  }

  get label() {
    return this.steps[this.at].label;
  }

  get canUndo() {
    return this.at > 0;
  }

  get canRedo() {
    return this.at < this.steps.length - 1;
  }

  on(listener) {
    this.listeners.push(listener);
  }

  tell(why) {
    for (const listener of this.listeners) listener(why);
  }

  /** While a slider is being dragged: asks for an answer, but makes no step of history. */
  drag(next) {
    this.draft = next;
    this.tell("drag");
  }

  /** A step: `control` is what was moved (quick moves of the same one are one step), `label` its words. */
  change(next, control, label = "") {
    const now = Date.now();
    const same = control && control === this.last.control && now - this.last.when < COALESCE && this.at > 0
      && this.at === this.steps.length - 1;
    this.draft = null;
    this.last = { control, when: now };
    if (keyOf(next) === keyOf(this.steps[this.at].scenario)) return this.tell("same");
    if (same) this.steps[this.at] = { scenario: next, label };
    else {
      this.steps = [...this.steps.slice(0, this.at + 1), { scenario: next, label }].slice(-MOST);
      this.at = this.steps.length - 1;
    }
    return this.tell("change");
  }

  move(by) {
    const to = this.at + by;
    if (to < 0 || to >= this.steps.length) return;
    this.draft = null;
    this.at = to;
    this.last.control = null;
    this.tell(by < 0 ? "undo" : "redo");
  }

  /** Before and after of the last change, or null. */
  lastChange() {
    if (!this.canUndo) return null;
    return { before: this.steps[this.at - 1].scenario, after: this.steps[this.at].scenario, label: this.label };
  }

  pin() {
    this.pinned = { scenario: this.scenario, answer: null };
    this.tell("pin");
  }

  unpin() {
    this.pinned = null;
    this.tell("pin");
  }
}
