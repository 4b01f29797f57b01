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

/** What is set of our own levers, without the world: the same text for the same plan. */
export const planOf = ({ policy, dials, levers }) => keyOf({ policy, dials, levers });

export class State {
  constructor(first) {
    this.listeners = [];
    this.start(first);
  }

  /** Begins anew with a scenario, without a history. */
  start(first) {
    this.steps = [{ scenario: first, label: "", named: null }];
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

  /** The name under which what is set was put on the screen, and what was set then: {words, key}; or null. */
  get named() {
    return this.steps[this.at].named;
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

  /** A step: `control` is what was moved (quick moves of the same one are one step), `label` its words. With `named`
   *  they are the name of the whole plan, which it keeps while its sliders are moved or the world changes. */
  change(next, control, label = "", named = false) {
    const now = Date.now();
    const same = control && control === this.last.control && now - this.last.when < COALESCE && this.at > 0
      && this.at === this.steps.length - 1;
    this.draft = null;
    this.last = { control, when: now };
    const step = { scenario: next, label, named: named ? { words: label, key: planOf(next) } : this.inherited(next) };
    if (keyOf(next) === keyOf(this.steps[this.at].scenario)) {
      this.steps[this.at].named = step.named;
      return this.tell("same");
    }
    if (same) this.steps[this.at] = step;
    else {
      this.steps = [...this.steps.slice(0, this.at + 1), step].slice(-MOST);
      this.at = this.steps.length - 1;
    }
    return this.tell("change");
  }

  /** A plan keeps its name as long as something of it is left. */
  inherited(next) {
    const { scenario: before, named } = this.steps[this.at];
    const left = next.policy === before.policy && Object.keys({ ...next.dials, ...next.levers }).length;
    return left ? named : null;
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
    this.pinned = { scenario: this.scenario, answer: null, named: this.named };
    this.tell("pin");
  }

  unpin() {
    this.pinned = null;
    this.tell("pin");
  }
}
