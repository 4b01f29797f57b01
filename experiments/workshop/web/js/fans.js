// A, the scissors: two fan charts on one time axis. Median and p10-p90 of now, the baseline's median as a dashed
// grey ghost, the median of the pinned scenario. Each chart has one vertical axis.

import uPlot from "../vendor/uplot/uPlot.esm.js";
import { colour, el, set, svg, write } from "./dom.js";
import { number, t } from "./texts.js";

const FONT = "18px 'Segoe UI', -apple-system, Roboto, 'Liberation Sans', Arial, system-ui, sans-serif";
const SYNC = "weeks";
const CHARTS = [
  { name: "attainment", least: 0.8, most: 1.15, step: 0.1, marks: [{ at: 1, key: "scissors.target" }] },
  { name: "grade", least: 6, most: 9.3, step: 1, marks: [{ at: 7, key: "scissors.seven" },
    { at: 9, key: "scissors.nine" }] },
];

export class Fans {
  constructor(root) {
    this.root = root;
    this.plots = new Map();
    this.parts = new Map();
    this.zoomed = false;
    this.zoom = el("button", { type: "button", class: "button small", "aria-pressed": "false", onclick: () => {
      this.zoomed = !this.zoomed;
      this.restyle();
    } });
    root.parentElement.querySelector(".head").append(this.zoom);
    root.append(this.legend = el("p", { class: "legend" }));
    for (const chart of CHARTS) root.append(this.frame(chart));
    this.observer = new ResizeObserver(() => this.resize());
    for (const { plot } of this.parts.values()) this.observer.observe(plot);
  }

  frame(chart) {
    const title = el("h3", {});
    const readout = el("p", { class: "readout", "aria-hidden": "true" });
    const plot = el("div", { class: "plot", role: "img" });
    this.parts.set(chart.name, { title, readout, plot });
    return el("div", { class: `fan fan-${chart.name}` }, el("div", { class: "fanhead" }, title, readout), plot);
  }

  /** Draws an answer; `pinned` is the answer of A, or null. */
  draw(answer, pinned) {
    this.answer = answer;
    this.pinned = pinned;
    for (const chart of CHARTS) this.drawOne(chart);
    this.drawLegend();
    write(this.zoom, t("scissors.zoom"));
    set(this.zoom, { "aria-pressed": String(this.zoomed) });
  }

  /** Colours and words anew: after a change of theme or language. */
  restyle() {
    for (const plot of this.plots.values()) plot.destroy();
    this.plots.clear();
    if (this.answer) this.draw(this.answer, this.pinned);
  }

  drawOne(chart) {
    const data = this.data(chart.name);
    if (!data) return;
    const { plot, title } = this.parts.get(chart.name);
    write(title, t(`scissors.${chart.name}`));
    set(plot, { "aria-label": this.spoken(chart, data) });
    Object.assign(chart, this.zoomed ? near(data) : { range: range(chart, data), split: chart.step });
    const known = this.plots.get(chart.name);
    if (known) known.setData(data);
    else if (plot.clientWidth) this.plots.set(chart.name, new uPlot(this.options(chart, plot), data, plot));
    this.read(chart, this.plots.get(chart.name)?.cursor.idx ?? null);
  }

  data(name) {
    const series = this.answer.series[name];
    if (!series) return null;
    const [low, middle, high] = series.now;
    const pinned = this.pinned?.series[name];
    const a = new Map(pinned?.week.map((week, k) => [week, pinned.now[1][k]]));
    return [series.week, high, low, middle, series.today[1], series.week.map((week) => a.get(week) ?? null)];
  }

  spoken(chart, data) {
    const last = data[0].length - 1;
    const say = (x) => number(x, ".2f");
    return t("scissors.spoken", { what: t(`scissors.${chart.name}`), now: say(data[3][last]), low: say(data[2][last]),
      high: say(data[1][last]), today: say(data[4][last]), weeks: data[0][last] });
  }

  options(chart, plot) {
    const ink = colour("ink");
    const thin = colour("grid");
    const bottom = chart === CHARTS.at(-1);
    const axis = { stroke: ink, font: FONT, grid: { stroke: thin, width: 1 }, ticks: { stroke: thin, width: 1 } };
    return {
      width: plot.clientWidth, height: plot.clientHeight, legend: { show: false },
      cursor: { y: false, sync: { key: SYNC }, points: { show: false }, drag: { x: false, y: false } },
      scales: { x: { time: false }, y: { range: () => chart.range } },
      axes: [
        { ...axis, size: bottom ? 34 : 8, splits: quarters, values: (_, at) => at.map((x) => (bottom ? tick(x) : "")) },
        { ...axis, size: 58, splits: () => steps(chart), values: (_, at) => at.map((x) => number(x,
          chart.split < 0.1 ? ".2f" : chart.split < 1 ? ".1f" : ".0f")) },
      ],
      series: [{}, edge(), edge(),
        line("now", { width: 3 }), line("ghost", { width: 2.5, dash: [9, 6] }),
        line("pinned", { width: 3, dash: [2, 5, 10, 5] })],
      bands: [{ series: [1, 2], fill: colour("nowband") }],
      hooks: { drawAxes: [(u) => marks(u, chart)], draw: [(u) => names(u, chart)],
        setCursor: [(u) => this.read(chart, u.cursor.idx)] },
    };
  }

  /** The numbers of the week under the pointer, or of the last week. */
  read(chart, index) {
    const data = this.data(chart.name);
    const { readout } = this.parts.get(chart.name);
    if (!data) return;
    const k = index ?? data[0].length - 1;
    const say = (x) => number(x, ".2f");
    const words = t("scissors.readout", { week: data[0][k], now: say(data[3][k]), low: say(data[2][k]),
      high: say(data[1][k]), today: say(data[4][k]) });
    write(readout, data[5][k] === null ? words : `${words} · A ${say(data[5][k])}`);
  }

  drawLegend() {
    const entries = [["now", "scissors.now"], ["ghost", this.answer.world ? "scissors.ghost_world" : "scissors.ghost"]];
    if (this.pinned) entries.push(["pinned", "scissors.pinned"]);
    this.legend.replaceChildren(...entries.map(([kind, key]) => el("span", {}, swatch(kind), t(key))),
      this.zoomed ? el("strong", {}, t("scissors.zoomed")) : "");
  }

  resize() {
    for (const chart of CHARTS) {
      const { plot } = this.parts.get(chart.name);
      const known = this.plots.get(chart.name);
      if (!plot.clientWidth || !plot.clientHeight) continue;
      if (known) known.setSize({ width: plot.clientWidth, height: plot.clientHeight });
      else if (this.answer) this.drawOne(chart);
    }
  }

  /** The table behind the charts: every quarter, in [caption, head, rows]. */
  tables() {
    return CHARTS.filter(({ name }) => this.data(name)).map((chart) => {
      const data = this.data(chart.name);
      const say = (x) => number(x, ".2f");
      const rows = data[0].map((_, k) => k).filter((k) => data[0][k] % 12 === 0 || k === data[0].length - 1);
      const head = [t("table.week"), t("table.median"), "p10", "p90", t("table.baseline")];
      if (this.pinned) head.push("A");
      return [t(`scissors.${chart.name}`), head, rows.map((k) => {
        const row = [number(data[0][k], ".0f"), say(data[3][k]), say(data[2][k]), say(data[1][k]), say(data[4][k])];
        return this.pinned ? [...row, say(data[5][k])] : row;
      })];
    });
  }
}

const line = (name, more) => ({ stroke: colour(name), points: { show: false }, ...more });
const edge = () => ({ stroke: "transparent", width: 0, points: { show: false } });

const tick = (x) => (x === 0 ? t("scissors.start") : number(x, ".0f"));

const quarters = (u) => {
  const [first, last] = [u.data[0][0], u.data[0].at(-1)];
  const step = last > 120 || u.width < 520 ? 26 : 13;
  const from = Math.ceil(first / step);
  return Array.from({ length: Math.floor(last / step) - from + 1 }, (_, k) => (from + k) * step);
};

/** From the chart's usual range to whatever the data ask for, in whole steps. */
function range(chart, data) {
  const values = data.slice(1).flat().filter((x) => x !== null);
  const low = Math.min(chart.least, ...values);
  const high = Math.max(chart.most, ...values);
  const down = low < chart.least ? Math.floor(low / chart.step) * chart.step : chart.least;
  const up = high > chart.most ? Math.ceil(high / chart.step) * chart.step : chart.most;
  return [down, up];
}

/** The range of the data alone, for who sits in the last row. */
function near(data) {
  const values = data.slice(1).flat().filter((x) => x !== null);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const split = [0.02, 0.05, 0.1, 0.2, 0.5, 1].find((step) => (high - low) / step <= 4) ?? 2;
  return { range: [low - split / 2, high + split / 2], split };
}

function steps({ range: [low, high], split }) {
  const found = [];
  for (let x = Math.ceil(low / split - 1e-9); x * split <= high + 1e-9; x += 1) {
    found.push(Number((x * split).toFixed(4)));
  }
  return found;
}

const within = (u, chart) => chart.marks.filter(({ at }) => at >= u.scales.y.min && at <= u.scales.y.max);

/** The lines that matter (target, 7, 9), and the moment at which new choices take effect. */
function marks(u, chart) {
  const { ctx, bbox } = u;
  const scale = devicePixelRatio;
  const stroke = (x1, y1, x2, y2) => {
    ctx.beginPath();
    ctx.moveTo(x1, y1);
    ctx.lineTo(x2, y2);
    ctx.stroke();
  };
  ctx.save();
  ctx.strokeStyle = colour("mark");
  ctx.lineWidth = 1.5 * scale;
  for (const mark of within(u, chart)) {
    const y = Math.round(u.valToPos(mark.at, "y", true));
    stroke(bbox.left, y, bbox.left + bbox.width, y);
  }
  ctx.setLineDash([3 * scale, 4 * scale]);
  const x = Math.round(u.valToPos(0, "x", true));
  stroke(x, bbox.top, x, bbox.top + bbox.height);
  ctx.restore();
}

/** The words of those lines, over the curves and on the side where the curve is not. */
function names(u, chart) {
  const { ctx, bbox } = u;
  const scale = devicePixelRatio;
  const last = u.data[3].at(-1);
  ctx.save();
  ctx.font = FONT.replace("18px", `${18 * scale}px`);
  ctx.textAlign = "right";
  ctx.strokeStyle = colour("panel");
  ctx.lineWidth = 5 * scale;
  ctx.fillStyle = colour("soft");
  for (const mark of within(u, chart)) {
    const under = last >= mark.at - 0.01 * chart.step;
    const y = u.valToPos(mark.at, "y", true) + (under ? 20 : -14) * scale;
    ctx.strokeText(t(mark.key), bbox.left + bbox.width - 6 * scale, y);
    ctx.fillText(t(mark.key), bbox.left + bbox.width - 6 * scale, y);
  }
  ctx.restore();
}

function swatch(kind) {
  const lines = { now: {}, ghost: { "stroke-dasharray": "7 5" }, pinned: { "stroke-dasharray": "2 4 8 4" } };
  const children = kind === "now" ? [svg("rect", { x: 0, y: 1, width: 40, height: 16, class: "fill-band" })] : [];
  return svg("svg", { class: "swatch", width: 40, height: 18, "aria-hidden": "true" }, ...children,
    svg("line", { x1: 0, x2: 40, y1: 9, y2: 9, class: `stroke-${kind}`, ...lines[kind] }));
}

