// The facilitator's line to the room. The room itself lives on the server: after a lost line the whole picture comes again.

const WAITS = [250, 500, 1000, 2000, 4000];
const REFUSED = 4401;

export class Host {
  /** `greeting()` is the first message; `onDoor`, `onRoom`, `onStatus(word)` hear what comes. */
  constructor(greeting, { onDoor, onRoom, onStatus }) {
    Object.assign(this, { greeting, onDoor, onRoom, onStatus, failures: 0, number: 1 });
    this.open();
  }

  open() {
    const address = new URL("room/host", document.baseURI);
    address.protocol = address.protocol.replace("http", "ws");
    address.hash = "";
    address.search = "";
    this.socket = new WebSocket(address);
    this.socket.addEventListener("open", () => this.socket.send(JSON.stringify(this.greeting())));
    this.socket.addEventListener("message", (event) => this.receive(JSON.parse(event.data)));
    this.socket.addEventListener("close", (event) => this.lost(event.code));
  }

  receive(message) {
    this.failures = 0;
    if (message.type === "door") this.onDoor(message);
    else this.onRoom(message);
  }

  lost(code) {
    if (code === REFUSED) return this.onStatus("refused");
    this.onStatus("lost");
    setTimeout(() => this.open(), WAITS[Math.min(this.failures, WAITS.length - 1)]);
    this.failures += 1;
    return null;
  }

  /** Says something to the room; false when there is no line just now. */
  send(type, more = {}) {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify({ type, n: this.number++, ...more }));
    return true;
  }
}
