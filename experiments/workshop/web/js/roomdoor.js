// The facilitator's panel: a module of its own, loaded when it is there, in <section id="room">.

import { announce } from "./announce.js";
import { byId, set } from "./dom.js";
import { hello } from "./model.js";
import { lang, number, onLanguage, t } from "./texts.js";

/** Loads js/room/panel.js and gives it what it may use of this page. */
export async function openRoom(app) {
  if (hello().role !== "facilitator") return;
  let panel;
  try {
    panel = await import("./room/panel.js");
  } catch {
    return;   // a server without rooms has no such file
  }
  const section = byId("room");
  const button = byId("room-open");
  const show = (open) => {
    section.hidden = !open;
    byId("room-close").hidden = !open;
    set(button, { "aria-expanded": String(open) });
    byId("app").classList.toggle("with-room", open);
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    show(section.hidden);
    if (!section.hidden) section.querySelector("button, a, input, [tabindex]")?.focus();
  });
  const close = () => {
    show(false);
    button.focus();
  };
  byId("room-close").addEventListener("click", close);
  section.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) close();
  });
  const bar = document.querySelector(".top");
  new ResizeObserver(() => document.documentElement.style.setProperty("--bar", `${bar.offsetHeight}px`)).observe(bar);
  await panel.mount(section, {
    t, lang, onLanguage, number, announce, hello, token: () => app.token, answer: () => app.answer ?? null,
    socket: { send: (message) => app.connection.send(message), on: (type, heard) => app.connection.on(type, heard) },
    state: {
      scenario: () => app.state.scenario, on: (heard) => app.state.on(heard),
      change: (patch, label = "", named = false) => app.state.change({ ...app.state.scenario, ...patch }, null, label, named),
    },
    show: (open) => (open ? show(true) : close()), replay: () => app.replay(),
  });
}
