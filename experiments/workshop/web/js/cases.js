// The moving cases of one run on the silo map: play, pause, speed, a slider through time. A dot is a case that is
// handed over; its shape says how it arrives. With reduced motion nothing moves by itself.

import { announce } from "./announce.js";
import { calm, el, icon, set, svg, write } from "./dom.js";
import { hello } from "./model.js";
import { keyOf } from "./state.js";
import { number, t } from "./texts.js";

const KINDS = ["intact", "lost", "bounced", "solved", "ended", "new", "back"];
const SHAPES = {   // never colour alone
  intact: "M0-6A6 6 0 1 1 0 6A6 6 0 1 1 0-6Z", lost: "M0-8 8 0 0 8-8 0Z", bounced: "M-7-6H7L0 7Z",
  solved: "M0-5A5 5 0 1 1 0 5A5 5 0 1 1 0-5Z", ended: "M-6-6 6 6M-6 6 6-6", new: "M0-5A5 5 0 1 1 0 5A5 5 0 1 1 0-5Z",
  back: "M0-8 8 0 0 8-8 0Z",
};
const TRAVEL = 2.2;            // quarters of a day that a dot is under way
const SPEEDS = [1, 2, 4, 8];   // quarters of a day a second
const OUT = 62;                // pixels from a team to where customers come from

export class Cases {
  constructor(root, map, connection, state) {
    Object.assign(this, { map, connection, state, path: null, now: 0, playing: false, wanted: null });
    this.speed = SPEEDS[1];
    this.pool = new Map(KINDS.map((kind) => [kind, []]));
    this.play = el("button", { type: "button", class: "button small", onclick: () => this.toggle() });
    this.slower = el("select", { onchange: (event) => { this.speed = Number(event.target.value); } },
      ...SPEEDS.map((x) => el("option", { value: x, selected: x === this.speed }, `${x}×`)));
    this.scrub = el("input", { type: "range", min: 0, max: 1, step: 1, value: 0, disabled: true,
      oninput: () => this.seek(Number(this.scrub.value)) });
    this.when = el("span", { class: "when", "aria-hidden": "true" });
    this.bar = el("div", { class: "player", role: "group" }, this.play, this.scrub, this.when,
      this.slowerLabel = el("label", { class: "field" }, el("span", {}), this.slower));
    this.key = el("p", { class: "legend cases-key" });
    root.append(this.bar, this.key);
    connection.on("path", (message) => this.receive(message));
    this.label();
  }

  label() {
    this.play.replaceChildren(icon(this.playing ? "pause" : "play"),
      el("span", {}, t(this.playing ? "cases.pause" : "cases.play")));
    set(this.bar, { "aria-label": t("cases.label") });
    set(this.scrub, { "aria-label": t("cases.time") });
    this.slowerLabel.firstChild.textContent = t("cases.speed");
    const mark = (kind) => svg("svg", { class: "swatch", width: 20, height: 20, viewBox: "-10 -10 20 20",
      "aria-hidden": "true" }, svg("path", { class: `case ${kind}`, d: SHAPES[kind] }));
    this.key.hidden = !this.path;
    this.key.replaceChildren(...KINDS.map((kind) => el("span", {}, mark(kind),
      t(`cases.${kind}`))));
    this.tick();
  }

  /** A scenario has come to rest on the screen: its own run is fetched when cases are moving, or else on 'play'. */
  settled(scenario) {
    const key = keyOf(scenario);
    if (this.wanted === key) return;
    if (this.path || this.playing) this.fetch();
  }

  fetch() {
    this.wanted = keyOf(this.state.scenario);
    this.tick();
    this.connection.ask({ type: "path", scenario: this.state.scenario, side: "now", replicate: 0,
      first: Math.max(0, this.state.scenario.weeks - hello().span), weeks: hello().span });
  }

  receive(message) {
    const moves = message.moves;
    this.path = { ...message, moves, last: message.weeks * message.slots };
    this.names = message.teams.map((team) => team.name);
    set(this.scrub, { disabled: false, max: this.path.last });
    this.key.hidden = false;
    if (this.now >= this.path.last) this.now = 0;
    this.paint();
    this.tick();
    if (this.playing) this.run();
  }

  toggle() {
    this.playing = !this.playing;
    if (this.playing && !this.path) this.fetch();
    if (this.playing && this.path && this.now >= this.path.last) this.now = 0;
    announce(t(this.playing ? "cases.playing" : "cases.paused"), 300);
    this.label();
    this.run();
  }

  seek(at) {
    this.now = at;
    this.paint();
    this.tick();
  }

  run() {
    cancelAnimationFrame(this.frame);
    if (!this.playing || !this.path) return;
    if (calm()) {   // one step of half a day a second instead of a movement
      this.frame = 0;
      clearTimeout(this.step);
      this.step = setTimeout(() => this.forward(2), 1000);
      return;
    }
    let before = performance.now();
    const move = (time) => {
      if (!this.playing) return;
      this.now += ((time - before) / 1000) * this.speed * 2;
      before = time;
      if (this.now >= this.path.last) return this.stop();
      this.paint();
      this.tick();
      this.frame = requestAnimationFrame(move);
    };
    this.frame = requestAnimationFrame(move);
  }

  forward(by) {
    if (!this.playing) return;
    this.now = Math.min(this.path.last, this.now + by);
    this.paint();
    this.tick();
    if (this.now >= this.path.last) this.stop();
    else this.run();
  }

  stop() {
    this.playing = false;
    this.label();
  }

  /** The week and day, beside the slider. */
  tick() {
    if (!this.path) {
      write(this.when, t(this.wanted ? "cases.fetching" : "cases.hint"));
      return;
    }
    const { first, slots } = this.path;
    const words = t("cases.when", { week: first + Math.floor(this.now / slots) + 1,
      day: Math.min(5, Math.floor((this.now % slots) / (slots / 5)) + 1) });
    write(this.when, words);
    set(this.scrub, { "aria-valuetext": words });
    this.scrub.value = this.now;
  }

  /** Puts a dot wherever a case is under way at this moment. */
  paint() {
    if (!this.path || !this.map.at) return;
    const used = new Map(KINDS.map((kind) => [kind, 0]));
    for (let k = this.first(this.now - TRAVEL - 1); k < this.path.moves.length; k += 1) {
      const [slot, , from, to, kind] = this.path.moves[k];
      if (slot > this.now) break;
      const when = slot + ((k * 0.618) % 1);   // spread over the quarter of a day in which it happened
      if (when > this.now || when < this.now - TRAVEL) continue;
      const place = this.place(from, to, (this.now - when) / TRAVEL, k);
      if (place) this.put(KINDS[kind], place, used);
    }
    for (const [kind, dots] of this.pool) {
      dots.forEach((dot, k) => set(dot, { visibility: k < used.get(kind) ? null : "hidden" }));
    }
  }

  /** The first move at or after a moment, found by halving. */
  first(moment) {
    let [low, high] = [0, this.path.moves.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.path.moves[middle][0] < moment) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  place(from, to, share, k) {
    const [a, b] = [this.names[from], this.names[to]];
    if (a && b && a !== b) return this.map.at[a] && this.map.at[b] ? this.map.curve(a, b).at(share) : null;
    const at = this.map.at[a ?? b];
    if (!at || (a && b)) return null;   // from hand to hand within a team
    // up from the top edge of a team's box to the customer, or down from the customer
    const spread = ((k * 37) % 100) / 100 - 0.5;
    const far = a ? share : 1 - share;
    return { x: at.x + spread * at.width * 0.8, y: at.y - at.height / 2 - 6 - far * (OUT - 30) };
  }

  put(kind, { x, y }, used) {
    const dots = this.pool.get(kind);
    const k = used.get(kind);
    if (!dots[k]) {
      dots[k] = svg("path", { class: `case ${kind}`, d: SHAPES[kind] });
      this.map.layers[2].append(dots[k]);
    }
    dots[k].setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
    used.set(kind, k + 1);
  }
}
