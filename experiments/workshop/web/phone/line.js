// The line to the room: it comes back by itself, and says again what was not yet received. Saying twice does no harm.

const WAITS = [300, 700, 1500, 3000, 5000, 8000];
const SILENCE = 5000;    // ms without an answer to something said: the line is taken for dead
const NO_CODE = 4401;
const FULL = [4400, 4429];
const KEY = "silosim-room";

/** What this phone keeps: the room's code and the random number that it was given. No name, no answers. */
export const memory = {
  read() {
    try {
      return JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch {
      return {};
    }
  },
  write(more) {
    try {
      localStorage.setItem(KEY, JSON.stringify({ ...this.read(), ...more }));
    } catch {
      // a browser that keeps nothing: the phone then counts as a new one after a reload
    }
  },
};

export class Line {
  /** `onState(state)` for every picture of the room, `onStatus(word)` for connecting, in, lost, wrong, full. */
  constructor(onState, onStatus) {
    this.onState = onState;
    this.onStatus = onStatus;
    this.unheard = new Map();
    this.number = 1;
    this.failures = 0;
    this.socket = null;
    this.code = "";
    addEventListener("online", () => this.again());
    document.addEventListener("visibilitychange", () => this.seen(document.visibilityState === "visible"));
    setInterval(() => this.watch(), 1000);
  }

  join(code) {
    this.code = code;
    this.failures = 0;
    this.open();
  }

  open() {
    clearTimeout(this.timer);
    this.onStatus(this.failures ? "lost" : "connecting");
    const address = new URL("../room/phone", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    address.hash = "";
    address.search = "";
    const socket = new WebSocket(address);
    this.socket = socket;
    this.since = Date.now();
    socket.addEventListener("open", () => {
      const known = memory.read();
      const phone = known.code === this.code ? known.phone : undefined;
      socket.send(JSON.stringify({ code: this.code, phone }));
      for (const message of this.unheard.values()) socket.send(JSON.stringify(message));
    });
    socket.addEventListener("message", (event) => socket === this.socket && this.receive(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => socket === this.socket && this.lost(event.code));
  }

  receive(state) {
    this.failures = 0;
    this.since = Date.now();
    if (state.phone) memory.write({ code: this.code, phone: state.phone });
    for (const [key, message] of this.unheard) if (message.n <= state.seen) this.unheard.delete(key);
    this.onStatus("in");
    this.onState(state);
  }

  lost(code) {
    this.socket = null;
    if (code === NO_CODE) return this.onStatus("wrong");
    this.failures += 1;
    this.onStatus(FULL.includes(code) ? "full" : "lost");
    const wait = WAITS[Math.min(this.failures, WAITS.length) - 1];
    this.timer = setTimeout(() => this.open(), wait * (0.7 + 0.6 * Math.random()));
    return null;
  }

  /** After a while in a pocket the line may be dead without the browser knowing: it is made anew. */
  seen(visible) {
    if (!visible) this.hidden = Date.now();
    else if (this.socket && Date.now() - (this.hidden ?? Date.now()) > SILENCE) this.drop();
    else this.again();
  }

  drop() {
    const dead = this.socket;
    this.lost(0);
    dead.close();
  }

  /** Comes back at once when the network or the page does. */
  again() {
    if (this.code && !this.socket) this.open();
  }

  /** A line on which something said stays unheard is dead, whatever the browser thinks. */
  watch() {
    if (!this.socket || this.socket.readyState > 1) return;
    const connecting = this.socket.readyState === 0;
    if ((connecting || this.unheard.size) && Date.now() - this.since > SILENCE) this.drop();
  }

  /** Says something; `key` is what it is about: only the last word about it counts. */
  say(key, message) {
    const numbered = { ...message, n: this.number++ };
    if (!this.unheard.size) this.since = Date.now();
    this.unheard.delete(key);
    this.unheard.set(key, numbered);
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(numbered));
  }

  get waiting() {
    return this.unheard.size > 0;
  }
}
