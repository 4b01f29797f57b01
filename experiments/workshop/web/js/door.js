// Asking for the room's code, where this page was opened without the facilitator's token.

import { el } from "./dom.js";
import { t } from "./texts.js";

let dialog = null;

/** Opens the question once; with a code the next connection is let in. */
export function askForCode() {
  if (dialog) return;
  const field = el("input", { type: "text", id: "room-code", autocomplete: "off", autocapitalize: "characters",
    maxlength: 12, required: true });
  const form = el("form", { method: "dialog" }, el("h2", {}, t("door.title")), el("p", {}, t("door.help")),
    el("label", { for: "room-code" }, t("door.code")), field,
    el("p", { class: "row" }, el("button", { class: "button strong" }, t("door.enter"))));
  dialog = el("dialog", { "aria-label": t("door.title") }, form);
  dialog.addEventListener("close", () => {
    sessionStorage.setItem("silosim.room", field.value.trim().toUpperCase());
    location.reload();
  });
  document.body.append(dialog);
  dialog.showModal();
}
