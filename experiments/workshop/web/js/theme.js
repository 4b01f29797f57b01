// Light, or dark for a projector in a dim room. The choice is kept in this browser.

const KEY = "silosim.theme";

export function startTheme() {
  const kept = localStorage.getItem(KEY);
  const dark = kept ? kept === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

export function nextTheme() {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  localStorage.setItem(KEY, root.dataset.theme);
}
