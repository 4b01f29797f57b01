// The share link and its QR code, and opening such a link. The code stands after #, which browsers send to nobody.

import { byId, write } from "./dom.js";
import { lang, t } from "./texts.js";

export class Share {
  constructor(connection, state) {
    this.connection = connection;
    this.state = state;
    this.dialog = byId("share-dialog");
    byId("share").addEventListener("click", () => this.open());
    byId("share-close").addEventListener("click", () => this.dialog.close());
    byId("share-copy").addEventListener("click", () => this.copy());
    connection.on("link", (message) => this.show(message));
  }

  open() {
    write(byId("share-said"), "");
    byId("share-link").value = "";
    byId("share-code").removeAttribute("src");
    this.dialog.showModal();
    this.connection.ask({ type: "link", scenario: this.state.scenario });
  }

  show({ code, link }) {
    // the address that this page was reached by is right for this reader; phones need the one the server knows
    byId("share-link").value = link;
    byId("share-code").src = `qr.svg?s=${code}`;
    byId("share-code").alt = t("share.code");
    const here = /^https?:\/\/(127\.|localhost|\[::1\])/.test(link);
    write(byId("share-note"), here ? t("share.here") : t("share.network"));
    byId("share-link").lang = lang();
    byId("share-link").select();
  }

  async copy() {
    const field = byId("share-link");
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy");   // without https only this works
    }
    write(byId("share-said"), t("share.copied"));
  }
}

/** The code of a share link in this page's address, or null. */
export function codeInAddress() {
  return new URLSearchParams(location.hash.slice(1)).get("s");
}

/** The facilitator's token in this page's address; it is kept for this tab and taken out of the address. */
export function tokenInAddress() {
  const words = new URLSearchParams(location.hash.slice(1));
  const given = words.get("token");
  if (given !== null) {
    sessionStorage.setItem("silosim.token", given);
    words.delete("token");
    history.replaceState(null, "", location.pathname + location.search + (words.size ? `#${words}` : ""));
  }
  return sessionStorage.getItem("silosim.token") ?? "";
}

/** The organisation that another page asked for (/?organisation=NAME), taken out of the address. */
export function organisationInAddress() {
  const words = new URLSearchParams(location.search);
  const given = words.get("organisation");
  if (given !== null) history.replaceState(null, "", location.pathname + location.hash);
  return given;
}
