// Your own organisation: choose one or change one in a form, see at once what is wrong and how busy teams would be, and
// take it to the simulator. What is judged and measured comes from the server; what is drawn comes from the form.

import { announce } from "../js/announce.js";
import { byId, el, write } from "../js/dom.js";
import { lang, loadTexts, number, onLanguage, setLanguage, t } from "../js/texts.js";
import { nextTheme, startTheme } from "../js/theme.js";
import * as api from "./api.js";
import { draw, twin } from "./drawing.js";
import { expectation } from "./expect.js";
import { Form } from "./form.js";
import * as kept from "./kept.js";
import { documentOf, labelOf, modelOf } from "./model.js";

const REST = 150;          // ms without typing before the server is asked
const MOST_UNDO = 60;
const EMPTY = { name: "organisation", en: "", nl: "", load: 0.56, patience: 10, customers: 2000, team: [], journey: [] };

class Page {
  constructor() {
    this.past = [];
    this.known = null;       // the last answer about an organisation without mistakes
    this.touched = null;     // the field of which the state before typing is already in the past
    this.form = new Form(byId("form"), {
      changed: (structural) => this.changed(structural), before: (field) => this.remember(field), announce: (words) => announce(words, 0),
    });
    const on = (id, act) => byId(id).addEventListener("click", () => this.safely(act));
    on("open", () => this.openChosen());
    on("forget", () => this.forget());
    on("upload", () => byId("file").click());
    on("undo", () => this.undo());
    on("use", () => this.use());
    on("keep", () => this.keep());
    on("save", () => this.save());
    on("download", () => this.download());
    byId("which").addEventListener("change", () => this.chosen());
    byId("file").addEventListener("change", ({ target }) => this.safely(() => this.upload(target)));
    byId("theme").addEventListener("click", () => nextTheme());
    for (const button of document.querySelectorAll(".lang")) {
      button.addEventListener("click", () => { localStorage.setItem("silosim.lang", button.dataset.lang); setLanguage(button.dataset.lang); });
    }
    onLanguage(() => this.inLanguage());
    new ResizeObserver(() => this.draw()).observe(byId("drawing"));
  }

  async start() {
    await this.fill();
    const asked = new URLSearchParams(location.search).get("from");
    const draft = kept.draft();
    if (draft && !asked) this.take(draft, null);
    else await this.begin(asked || "insurer");
    document.body.classList.add("ready");
  }

  /** Begins with an organisation of the server; with the insurer where there is no such one any more. */
  async begin(name) {
    try {
      this.take((await api.load(name)).document, null);
      byId("which").value = `bundled:${name}`;
    } catch (problem) {
      if (problem.status !== 400 || name === "insurer") throw problem;
      await this.begin("insurer");
      this.notice(problem.message);
    }
    if (!byId("which").value) byId("which").value = "bundled:insurer";
    this.chosen();
  }

  /** Does something that may be refused; the one line of why goes over the page. */
  async safely(act) {
    this.notice(null);
    try {
      await act();
    } catch (problem) {
      this.notice(problem.message);
    }
  }

  notice(words, button = null) {
    byId("notice").hidden = !words;
    byId("notice").replaceChildren(words ?? "", button ?? "");
  }

  // --- opening ----------------------------------------------------------------------------------------------

  async fill(wanted = byId("which").value) {
    const { bundled, saved } = await api.list();
    const group = (label, kind, entries) => (entries.length ? [el("optgroup", { label },
      ...entries.map((one) => el("option", { value: `${kind}:${one.name}`, disabled: Boolean(one.error) }, labelOf(one, lang()))))] : []);
    byId("which").replaceChildren(
      ...group(t("pages.own.bundled"), "bundled", bundled),
      ...group(t("pages.own.kept"), "kept", Object.values(kept.all())),
      ...group(t("pages.own.saved"), "saved", saved),
      el("option", { value: "empty:" }, t("pages.own.empty")));
    if (wanted && [...byId("which").options].some(({ value }) => value === wanted)) byId("which").value = wanted;
    this.chosen();
  }

  chosen() {
    byId("forget").hidden = !/^(kept|saved):/.test(byId("which").value);
  }

  async openChosen() {
    const [kind, name] = byId("which").value.split(":");
    const label = byId("which").selectedOptions[0].textContent;
    const found = kind === "empty" ? EMPTY : kind === "kept" ? kept.all()[name] : (await api.load(name, kind === "saved")).document;
    this.take(found, t("pages.own.opened", { name: label }));
  }

  async upload(input) {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    const { document } = await api.read(file, lang());
    this.take(document, t("pages.own.uploaded", { name: file.name }));
  }

  async forget() {
    const [kind, name] = byId("which").value.split(":");
    const before = kind === "kept" ? kept.all()[name] : (await api.load(name, true)).document;
    if (kind === "kept") kept.forget(name);
    else await api.remove(name);
    await this.fill("bundled:insurer");
    const back = el("button", { type: "button", class: "button small", onclick: () => this.safely(async () => {
      if (kind === "kept") kept.keep(before);
      else await api.save(before);
      await this.fill(`${kind}:${name}`);
    }) }, t("pages.own.put_back"));
    this.notice(t("pages.own.forgotten", { name }), back);
  }

  /** Another organisation in the form; what was there stays in the past. */
  take(document, words) {
    if (this.model) this.remember(null);
    this.model = modelOf(document);
    this.known = null;
    this.form.show(this.model);
    this.changed(true);
    if (words) announce(words, 0);
  }

  // --- changing ---------------------------------------------------------------------------------------------

  /** Before something is typed in another field than last, or done with a button. */
  remember(field) {
    if (field && (field === this.touched || !field.dataset?.path)) return;
    this.touched = field;
    const now = JSON.stringify(documentOf(this.model, lang()));
    if (this.past.at(-1) !== now) this.past.push(now);
    if (this.past.length > MOST_UNDO) this.past.shift();
  }

  undo() {
    const now = JSON.stringify(documentOf(this.model, lang()));
    while (this.past.at(-1) === now) this.past.pop();
    if (!this.past.length) return;
    this.model = modelOf(JSON.parse(this.past.pop()));
    this.touched = null;
    this.form.show(this.model);
    this.changed(true);
    announce(t("pages.own.undone"), 0);
    if (byId("undo").disabled) byId("open").focus();
  }

  changed(structural) {
    const document = documentOf(this.model, lang());
    kept.keepDraft(document);
    const now = JSON.stringify(document);
    byId("undo").disabled = !this.past.some((before) => before !== now);
    this.stale = true;
    this.draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), structural ? 0 : REST);
  }

  /** Asks the server; the newest question is the only one that is answered. */
  async check(measure = "quick") {
    this.asking?.abort();
    const asking = this.asking = new AbortController();
    let answer;
    try {
      answer = await api.check(documentOf(this.model, lang()), lang(), measure, asking.signal);
    } catch (problem) {
      if (asking.signal.aborted) return;
      this.verdict([problem.message]);
      return;
    }
    if (asking !== this.asking) return;
    const left = this.form.complain(answer.complaints);
    if (!answer.complaints.length) {
      this.known = answer;
      this.stale = false;
    }
    this.complaints = answer.complaints;
    this.verdict(left);
    this.draw();
  }

  verdict(left) {
    const count = this.complaints?.length ?? 0;
    const wrong = count > 0 || left.length > 0;
    for (const id of ["use", "keep", "save", "download"]) byId(id).disabled = wrong;
    byId("verdict").className = wrong ? "verdict bad" : "verdict good";
    write(byId("verdict"), left.length ? left.join(" · ") : count === 1 ? t("pages.own.one_wrong") : count ? t("pages.own.wrong", { n: count }) : t("pages.own.right"));
  }

  // --- showing ----------------------------------------------------------------------------------------------

  draw() {
    if (!this.model) return;
    const sure = this.known && this.known.loads.length === this.model.teams.length;
    const loads = sure ? this.known.loads : null;
    const busy = sure ? this.known.measured?.utilisation ?? null : null;
    draw(byId("drawing"), this.model, busy, lang());
    twin(byId("twin"), this.model, loads, busy, lang());
    this.form.gauges(loads, busy, this.stale);
    this.expect();
  }

  expect() {
    const box = byId("expect");
    const { known } = this;
    box.classList.toggle("stale", Boolean(this.stale));
    if (!known) {
      box.replaceChildren(el("p", { class: "soft" }, t("pages.own.not_yet")));
      return;
    }
    const demand = this.form.form.querySelector("#other-demand");
    if (demand) write(demand, this.model.demand === "load" ? t("pages.own.is_arrivals", { n: number(known.arrivals, ",.1f") })
      : t("pages.own.is_load", { load: number(known.load, ".1%") }));
    expectation(box, known, { mistakes: this.complaints?.length > 0, measure: () => this.measure() });
  }

  async measure() {
    this.notice(t("pages.own.measuring"));
    await this.check("yes");
    this.notice(null);
  }

  async inLanguage() {
    document.title = `silosim · ${t("pages.own.title")}`;
    for (const button of document.querySelectorAll(".lang")) button.setAttribute("aria-pressed", String(button.dataset.lang === lang()));
    if (!this.model) return;
    this.form.draw();
    this.changed(true);
    await this.safely(() => this.fill());
  }

  // --- taking it along ---------------------------------------------------------------------------------------

  async use() {
    const { name } = await api.use(documentOf(this.model, lang()));
    location.href = `../?organisation=${encodeURIComponent(name)}`;
  }

  async keep() {
    const document = documentOf(this.model, lang());
    if (!kept.keep(document)) throw new Error(t("pages.own.not_kept"));
    await this.fill(`kept:${document.name}`);
    this.done(t("pages.own.is_kept", { name: document.name }));
  }

  async save() {
    const { name } = await api.save(documentOf(this.model, lang()));
    await this.fill(`saved:${name}`);
    this.done(t("pages.own.is_saved", { name }));
  }

  async download() {
    const document_ = documentOf(this.model, lang());
    const { toml } = await api.check(document_, lang(), "no");
    const address = URL.createObjectURL(new Blob([toml], { type: "application/toml" }));
    const link = el("a", { href: address, download: `${document_.name}.toml` });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    this.done(t("pages.own.downloaded", { name: `${document_.name}.toml` }));
  }

  done(words) {
    write(byId("verdict"), words);
  }
}

async function begin() {
  startTheme();
  await loadTexts(localStorage.getItem("silosim.lang") ?? navigator.language.slice(0, 2));
  const page = new Page();
  page.inLanguage();
  try {
    await page.start();
  } catch (problem) {
    page.notice(problem.status === 403 ? t("pages.own.facilitator") : problem.message);
  }
}

begin();
