// Parts of the panel that only say how things stand: how to join, who sits where, what tables have left.

import { el } from "../dom.js";
import { declared, r, teamLabel } from "./common.js";

/** The way in for phones: QR code, address, room code, and what is kept of them. */
export function join() {
  const image = el("img", { class: "room-qr", alt: r("panel.qr"), src: picture(declared.qr) });
  return [el("p", {}, r("panel.join")), image, el("p", { class: "room-address" }, declared.address),
    el("p", { class: "room-address" }, `${r("panel.code")}: ${declared.code}`), el("p", { class: "soft" }, r("nothing_kept"))];
}

/** How many phones play each department, so that an empty one is seen in time. */
export function seats(room) {
  return room.departments.map((one) => `${teamLabel(room.names, one.name)}: ${one.phones}`).join(" · ");
}

/** What each table has left to spend, and whether it is ready. */
export function tables(room) {
  const rows = Object.entries(room.groups).map(([n, one]) => el("li", {},
    `${r("phone.table", { n })}: ${r("phone.points_left", { n: one.left, all: declared.points })}${one.ready ? " ✓" : ""}`));
  return rows.length ? el("ul", { class: "room-tables" }, ...rows) : el("p", {}, r("panel.none_yet"));
}

/** An image that is made here from what came over the line: no address of it exists. */
function picture(svg) {
  return URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
}
