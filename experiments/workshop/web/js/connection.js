// One WebSocket to this server. The newest request wins: an answer to an older one is dropped, whatever its order.

const WAITS = [250, 500, 1000, 2000, 4000];

export class Connection {
  /** `greeting()` is the first message of every connection, also after a restart of the server. */
  constructor(address, greeting) {
    this.address = address;
    this.greeting = greeting;
    this.listeners = new Map();
    this.newest = new Map();   // kind of request -> the highest id asked for
    this.next = 1;
    this.failures = 0;
    this.open();
  }

  open() {
    this.socket = new WebSocket(this.address);
    this.socket.addEventListener("open", () => {
      this.failures = 0;
      this.send(this.greeting());
    });
    this.socket.addEventListener("message", (event) => this.receive(event.data));
    this.socket.addEventListener("close", (event) => this.lost(event));
  }

  lost(event) {
    this.tell("closed", { code: event.code });
    const wait = WAITS[Math.min(this.failures, WAITS.length - 1)];
    this.failures += 1;
    setTimeout(() => this.open(), wait);
  }

  get ready() {
    return this.socket.readyState === WebSocket.OPEN;
  }

  /** Sends an object; false when there is no connection (the greeting asks again). */
  send(message) {
    if (!this.ready) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  /** Sends a request of a kind ('run', 'path') under a new id and returns the id. */
  ask(message) {
    const id = this.next++;
    this.newest.set(message.type, id);
    this.send({ ...message, id });
    return id;
  }

  /** Answers to requests of this kind that are still under way are dropped from now on. */
  forget(kind) {
    this.newest.set(kind, this.next++);
  }

  /** Whether an answer belongs to the newest request of its kind. */
  current(kind, id) {
    return this.newest.get(kind) === id;
  }

  receive(data) {
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    const kind = { band: "run", path: "path" }[message.type];
    if (kind && !this.current(kind, message.id)) return;
    this.tell(message.type, message);
  }

  on(type, listener) {
    if (!this.listeners.has(type)) this.listeners.set(type, []);
    this.listeners.get(type).push(listener);
  }

  tell(type, message) {
    for (const listener of this.listeners.get(type) ?? []) listener(message);
  }
}
