// Organisations kept in this browser, and the draft that survives a reload. Nothing here is sent anywhere.

const OWN = "silosim.organisations";
const DRAFT = "silosim.organisation.draft";

function stored(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** False when the browser refuses: full, or switched off. */
function store(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export const all = () => stored(OWN, {});
export const keep = (document) => store(OWN, { ...all(), [document.name]: document });

export function forget(name) {
  const { [name]: gone, ...rest } = all();
  return store(OWN, rest) && gone !== undefined;
}

export const draft = () => stored(DRAFT, null);
export const keepDraft = (document) => store(DRAFT, document);
