// Making elements. Styles go through the CSSOM only: the page's Content-Security-Policy forbids style attributes.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element: attributes (null and false are left out), `on...` listeners, then children (nodes or text). */
export function el(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** An SVG element, likewise. */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(node, attributes, children) {
  set(node, attributes);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Sets attributes; a function is a listener, true an empty attribute, null or false takes it away. */
export function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value === null || value === undefined || value === false) node.removeAttribute(name);
    else node.setAttribute(name, value === true ? "" : value);
  }
  return node;
}

export const byId = (id) => document.getElementById(id);

/** Writes text only when it differs, so that nothing is read out twice. */
export function write(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

/** An icon of icons.svg. */
export function icon(name) {
  return svg("svg", { class: "icon", "aria-hidden": "true" }, svg("use", { href: `icons.svg#${name}` }));
}

/** The value of a CSS variable of the present theme. */
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** A table: `head` column headings, `rows` of [row heading, ...cells]; a cell may be text or {text, mark}. */
export function table(caption, head, rows) {
  const headings = head.map((words) => el("th", { scope: "col" }, words));
  const cell = (value) => (value && value.text !== undefined
    ? el("td", { class: value.mark ? "marked" : null }, value.text) : el("td", {}, String(value)));
  return el("table", {}, el("caption", {}, caption), el("thead", {}, el("tr", {}, ...headings)),
    el("tbody", {}, ...rows.map(([first, ...rest]) => el("tr", {}, el("th", { scope: "row" }, first),
      ...rest.map(cell)))));
}
