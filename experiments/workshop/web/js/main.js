// The simulator screen: puts the parts together. Moves go to the server, answers come back and are drawn.

import { announce, notice } from "./announce.js";
import { Answers } from "./answers.js";
import { Cases } from "./cases.js";
import { Connection } from "./connection.js";
import { Day } from "./day.js";
import { Dials } from "./dials.js";
import { byId, el, write } from "./dom.js";
import { askForCode } from "./door.js";
import { Fans } from "./fans.js";
import { Journey } from "./journey.js";
import { SiloMap } from "./map.js";
import { hello, learn, meet } from "./model.js";
import { Panel } from "./panels.js";
import { People } from "./people.js";
import { openRoom } from "./roomdoor.js";
import { codeInAddress, organisationInAddress, Share, tokenInAddress } from "./share.js";
import { State, scenario } from "./state.js";
import { lang, loadTexts, onLanguage, t } from "./texts.js";
import { nextTheme, startTheme } from "./theme.js";
import { TopBar } from "./topbar.js";
import { headline, sentence, showWords } from "./words.js";

const BEFORE = 1600;   // ms for which a replay shows how it was

class App {
  constructor() {
    this.token = tokenInAddress();
    this.state = new State(scenario("insurer"));
    this.replaying = false;
    this.shownMap = null;
    this.connection = new Connection(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`,
      () => ({ type: "hello", token: this.token, room: sessionStorage.getItem("silosim.room") ?? "", lang: lang() }));
    this.connection.on("hello", (message) => this.greeted(message));
    this.connection.on("closed", ({ code }) => this.closed(code));
    this.connection.on("error", ({ text }) => notice(t("notice.refused", { why: text })));
    this.connection.on("waiting", ({ id }) => this.connection.current("run", id)
      && write(byId("progress"), t("workshop.waiting")));
    this.connection.on("opened", (message) => this.opened(message));
    this.answers = new Answers(this.connection, (answer) => this.draw(answer), () => this.waiting());
    this.dials = new Dials(this.state);
    this.bar = new TopBar(this);
    this.share = new Share(this.connection, this.state);
    this.charts();
    write(byId("progress"), t("words.waiting"));
    this.state.on((why) => this.moved(why));
  }

  charts() {
    const made = (id, Kind) => {
      const chart = new Kind(byId(id).querySelector(".picture"));
      return { chart, panel: new Panel(byId(id), chart) };
    };
    this.panels = { scissors: made("scissors", Fans), map: made("map", SiloMap), journey: made("journey", Journey),
      day: made("day", Day), people: made("people", People) };
    this.cases = new Cases(byId("map").querySelector(".picture"), this.panels.map.chart, this.connection, this.state);
  }

  /** The server said hello: for the first time, or again after it was gone. */
  greeted(message) {
    const again = hello() !== null;
    if (again && hello().model.rulebook !== message.model.rulebook) this.answers.kept.clear();
    learn(message);
    notice(null);
    write(byId("version"), t("foot.version", { version: message.model.version, rulebook: message.model.rulebook }));
    if (!again) this.begin(message);
    this.dials.build();
    this.bar.show();
    this.answers.again(this.state.scenario);
  }

  begin({ defaults, organisations }) {
    const wanted = organisationInAddress();
    const known = organisations.some((one) => one.name === wanted);
    this.state.start(scenario(known ? wanted : defaults.organisation, defaults.policy,
      { seed: defaults.seed, weeks: defaults.weeks }));
    if (wanted && !known) notice(t("notice.organisation", { name: wanted }));
    const code = codeInAddress();
    if (code) this.connection.ask({ type: "open", code });
    openRoom(this);
    document.body.classList.add("ready");
  }

  opened({ scenario: given, same, version, organisation }) {
    meet(organisation);
    this.state.start(given);
    if (!same) notice(t("notice.other_model", { version }));
    this.moved("open");
  }

  closed(code) {
    if (code === 4401) askForCode(() => this.connection);
    else notice(t("notice.lost"));
  }

  moved(why) {
    if (why === "pin") this.pin();
    if (!this.replaying) this.mapBefore = this.shownMap;
    this.dials.show();
    this.bar.show();
    const now = this.state.scenario;
    if (why !== "same" || !this.answers.known(now)) this.answers.want(now, why === "drag");
    if (["undo", "redo"].includes(why)) announce(t(`notice.${why}`));
  }

  pin() {
    const { pinned } = this.state;
    announce(t(pinned ? "notice.pinned" : "notice.unpinned"), 0);
    if (this.answer) this.draw(this.answer);
  }

  /** The pictures are of an earlier scenario until the next answer comes: that is said, and shown when it lasts. */
  waiting() {
    write(byId("progress"), t("words.waiting"));
    byId("results").setAttribute("aria-busy", "true");
  }

  draw(answer) {
    this.answer = answer;
    byId("results").removeAttribute("aria-busy");
    const held = this.state.pinned;
    if (held) held.answer = this.answers.known(held.scenario) ?? held.answer;
    const pinned = held?.answer ?? null;
    showWords(answer, this.answers.runs);
    for (const [name, { chart, panel }] of Object.entries(this.panels)) {
      if (name === "map") chart.draw(answer, this.mapBefore ?? null);
      else chart.draw(answer, pinned);
      panel.refresh();
    }
    this.shownMap = answer.map.now;
    if (answer.runs >= this.answers.runs) {
      announce(`${headline(answer)}. ${sentence(answer)}`);
      this.cases.settled(answer.scenario);
    }
  }

  /** Shows once more how it was before the last change, and then how it became. */
  async replay() {
    const last = this.state.lastChange();
    if (!last || this.replaying) return;
    this.replaying = true;
    const show = (which, words) => {
      this.state.draft = which;
      notice(words);
      this.moved("replay");
    };
    this.bar.show();
    this.mapBefore = null;
    show(last.before, t("notice.before", { what: last.label }));
    await new Promise((done) => setTimeout(done, BEFORE));
    this.mapBefore = this.shownMap;
    show(last.after, t("notice.after", { what: last.label }));
    this.state.draft = null;
    await new Promise((done) => setTimeout(done, BEFORE));
    notice(null);
    this.replaying = false;
    this.bar.show();
  }

  rerun(runs) {
    this.answers.runs = runs;
    this.answers.want(this.state.scenario);
  }

  theme() {
    nextTheme();
    this.restyle();
  }

  /** Everything drawn anew, in the present language and theme. */
  restyle() {
    if (!hello()) return;
    this.dials.build();
    this.bar.show();
    this.cases.label();
    this.panels.scissors.chart.restyle();
    write(byId("version"), t("foot.version", { version: hello().model.version, rulebook: hello().model.rulebook }));
    if (this.answer) this.draw(this.answer);
    for (const { panel } of Object.values(this.panels)) panel.label();
  }
}

startTheme();
try {
  await loadTexts(localStorage.getItem("silosim.lang") ?? (navigator.language.startsWith("nl") ? "nl" : "en"));
  const app = new App();
  onLanguage(() => app.restyle());
} catch (problem) {
  document.body.prepend(el("p", { class: "notice" }, String(problem)));
  throw problem;
}
