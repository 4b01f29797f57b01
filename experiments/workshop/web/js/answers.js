// Asking for answers and keeping the newest ones, so that undo, redo and replay show at once what was computed before.
// Nothing is made up here: every picture is an answer of the server, and its number of runs stands beside it.

import { drawable } from "./model.js";
import { keyOf } from "./state.js";

const PARTS = ["series", "summary", "day", "people", "map", "losers", "sentence"];
const KEPT = 80;

export class Answers {
  /** `shown(answer)` is called with every answer that belongs to the scenario on the screen, `waiting()` when what is
   *  shown still belongs to an earlier one. */
  constructor(connection, shown, waiting) {
    this.waiting = waiting;
    this.connection = connection;
    this.shown = shown;
    this.kept = new Map();
    this.asked = null;   // the scenario whose bands are coming in
    this.seen = false;   // whether the first of them has come
    this.next = null;    // a position passed over meanwhile
    this.runs = 50;
    connection.on("band", (band) => this.receive(band));
    connection.on("error", () => {
      this.asked = null;
    });
  }

  key(scenario) {
    return keyOf(scenario);
  }

  /** Shows the scenario: from what is kept, or by asking. Its first picture comes from eight paired runs.
   *  While a slider is dragged, one request at most waits for its first picture; the latest position comes next. */
  want(scenario, dragging = false) {
    const key = this.key(scenario);
    const known = this.kept.get(key);
    this.next = null;
    if (known) this.shown(known);
    else this.waiting();
    if (known && known.runs >= this.runs) {
      this.connection.forget("run");
      this.connection.send({ type: "stop" });
      this.asked = null;
    } else if (this.under === `${key} ${this.runs}` && this.asked) {
      return;   // this very request is under way
    } else if (dragging && this.asked && !this.seen) this.next = scenario;
    else this.ask(scenario);
  }

  ask(scenario) {
    this.asked = scenario;
    this.seen = false;
    this.under = `${this.key(scenario)} ${this.runs}`;
    this.connection.ask({ type: "run", scenario, runs: this.runs, parts: PARTS, series: ["attainment", "grade"] });
  }

  receive(band) {
    if (!this.asked) return;
    this.seen = true;
    const answer = drawable(band, this.asked);   // the connection let through bands of the newest request only
    const key = this.key(this.asked);
    const known = this.kept.get(key);
    if (!known || known.runs <= answer.runs) {   // else the number of runs was changed
      this.kept.delete(key);
      this.kept.set(key, answer);
      if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value);
      this.shown(answer);
    }
    if (band.done) this.asked = null;
    if (this.next) this.ask(this.next);
    this.next = null;
  }

  /** A new connection knows nothing of what was asked before. */
  again(scenario) {
    this.asked = null;
    this.want(scenario);
  }

  /** The answer kept for a scenario, or null. */
  known(scenario) {
    return this.kept.get(this.key(scenario)) ?? null;
  }
}
