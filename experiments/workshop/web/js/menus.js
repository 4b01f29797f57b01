// Menus: a button that opens a list of buttons or links. Escape, Tab away or a click elsewhere closes it.

import { el } from "./dom.js";

let serial = 0;

/** Makes a menu of `root`, whose first child is the button. `entries()` is asked each time it opens:
 *  [{label, help, run, href, current, disabled}], or {heading}. */
export function menu(root, entries) {
  const button = root.querySelector("button");
  const list = el("div", { class: "list", id: `menu-list-${serial += 1}`, hidden: true });
  root.append(list);
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-controls", list.id);
  const close = (focus) => {
    list.hidden = true;
    button.setAttribute("aria-expanded", "false");
    if (focus) button.focus();
  };
  const open = () => {
    list.replaceChildren(...entries().map((entry) => item(entry, close)));
    list.hidden = false;
    button.setAttribute("aria-expanded", "true");
    place(list);
    (list.querySelector("[aria-current]") ?? list.querySelector("button:not([disabled]), a"))?.focus();
  };
  button.addEventListener("click", () => (list.hidden ? open() : close(true)));
  root.addEventListener("keydown", (event) => keys(event, list, button, open, close));
  root.addEventListener("focusout", (event) => {
    if (!root.contains(event.relatedTarget) && event.relatedTarget) close(false);
  });
  document.addEventListener("pointerdown", (event) => {
    if (!root.contains(event.target)) close(false);
  });
  return { close };
}

function item(entry, close) {
  if (entry.heading) return el("p", { class: "soft heading" }, entry.heading);
  const words = [el("span", { class: "name" }, entry.label)];
  if (entry.help) words.push(el("span", { class: "help" }, entry.help));
  if (entry.href) return el("a", { class: "item", href: entry.href, target: entry.target ?? null }, ...words);
  return el("button", {
    type: "button", class: "item", disabled: entry.disabled ?? false, "aria-current": entry.current ? "true" : null,
    onclick: () => {
      close(true);
      entry.run();
    },
  }, ...words);
}

function keys(event, list, button, open, close) {
  if (event.key === "Escape" && !list.hidden) {
    event.preventDefault();
    close(true);
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  if (list.hidden) {
    open();
    return;
  }
  const items = [...list.querySelectorAll("button:not([disabled]), a")];
  const at = items.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  items[(at + items.length) % items.length]?.focus();
}

/** Keeps an open list within the window. */
function place(list) {
  list.style.insetInlineStart = "0px";
  list.style.maxBlockSize = "";
  const box = list.getBoundingClientRect();
  const over = box.right - document.documentElement.clientWidth + 8;
  if (over > 0) list.style.insetInlineStart = `${-Math.min(over, box.left - 8)}px`;
  list.style.maxBlockSize = `${Math.max(200, innerHeight - box.top - 12)}px`;
}
