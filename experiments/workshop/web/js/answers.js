// Asking for answers and keeping the newest ones, so that undo, redo and replay show at once what was computed before.
// Nothing is made up here: every picture is an answer of the server, and its number of runs stands beside it.

import { drawable } from "./model.js";
import { keyOf } from "./state.js";

const PARTS = ["series", "summary", "day", "people", "map", "losers", "sentence"];
const KEPT = 80;

export class Answers {
  /** `shown(answer)` is called with every answer that belongs to the scenario on the screen. */
  constructor(connection, shown) {
    this.connection = connection;
    this.shown = shown;
    this.kept = new Map();
    this.asked = null;
    this.runs = 50;
    connection.on("band", (band) => this.receive(band));
  }

  key(scenario) {
    return keyOf(scenario);
  }

  /** Shows the scenario: from what is kept, or by asking. Its first picture comes from eight paired runs. */
  want(scenario) {
    const key = this.key(scenario);
    const known = this.kept.get(key);
    if (known) this.shown(known);
    if (known && known.runs >= this.runs) {
      this.connection.forget("run");
      this.connection.send({ type: "stop" });
      this.asked = null;
      return;
    }
    this.asked = scenario;
    this.connection.ask({ type: "run", scenario, runs: this.runs, parts: PARTS, series: ["attainment", "grade"] });
  }

  receive(band) {
    if (!this.asked) return;
    const answer = drawable(band, this.asked);
    const key = this.key(this.asked);
    const known = this.kept.get(key);
    if (known && known.runs > answer.runs) return;   // after a change of the number of runs
    this.kept.delete(key);
    this.kept.set(key, answer);
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value);
    this.shown(answer);
  }

  /** The answer kept for a scenario, or null. */
  known(scenario) {
    return this.kept.get(this.key(scenario)) ?? null;
  }
}
