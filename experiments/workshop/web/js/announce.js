// What is read out: one polite region, at most one message, once things have come to rest.

import { byId, write } from "./dom.js";

const REST = 1200;
let timer = 0;
let said = "";

/** Reads words out after a moment of rest; a newer message replaces one that is still waiting. */
export function announce(words, wait = REST) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    // the same words twice would not be read: an invisible difference makes them new
    write(byId("live"), words === said ? `${words}\u00a0` : words);
    said = byId("live").textContent;
  }, wait);
}

/** A line over the page that stays until it is taken away with null. */
export function notice(words) {
  const line = byId("notice");
  line.hidden = !words;
  write(line, words ?? "");
}
