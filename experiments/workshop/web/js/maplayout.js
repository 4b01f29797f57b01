// Where teams stand on the silo map, and the curves between them. The same organisation always gives the same places.

const BOX = { width: 158, height: 54 };
const GAP = 26;      // pixels between two boxes of a row, for an arrow
export const ZIGZAG = 12;   // up to so many teams stand in two staggered rows; more stand in a grid

/** Teams in journey order: by their mean place in the journeys, the most frequent journeys counting most. */
export function journeyOrder(names, journeys) {
  const sums = new Map(names.map((name, k) => [name, { place: k / 1e6, weight: 1e-6 }]));
  for (const { stages, share } of journeys) {
    stages.forEach((team, k) => {
      const sum = sums.get(team);
      if (!sum) return;
      sum.place += share * (stages.length > 1 ? k / (stages.length - 1) : 0);
      sum.weight += share;
    });
  }
  const at = (name) => sums.get(name).place / sums.get(name).weight;
  return [...names].sort((a, b) => at(a) - at(b));
}

/** {name: {x, y, width, height}} of boxes within width x height pixels; (x, y) is the middle of a box. */
export function places(order, width, height) {
  return order.length <= ZIGZAG ? zigzag(order, width, height) : grid(order, width, height);
}

function zigzag(order, width, height) {
  const along = width >= height * 1.15;
  const n = Math.max(1, order.length - 1);
  const most = along ? (2 * (width - 8) - GAP * n) / (n + 2) : width * 0.46;   // two in a row leave a gap
  const size = { width: Math.min(BOX.width, most), height: BOX.height };
  const space = along ? width - size.width - 8 : height - size.height - 44;
  const found = {};
  order.forEach((name, k) => {
    const main = (order.length > 1 ? (k / (order.length - 1)) * space : space / 2);
    const low = k % 2 === 0;
    found[name] = along
      ? { x: 4 + size.width / 2 + main, y: low ? height * 0.26 : height * 0.72, ...size }
      : { x: low ? size.width / 2 + 2 : width - size.width / 2 - 2, y: size.height / 2 + 4 + main, ...size };
  });
  return found;
}

function grid(order, width, height) {
  const columns = Math.max(2, Math.ceil(Math.sqrt((order.length * width) / height / 1.5)));
  const rows = Math.ceil(order.length / columns);
  const cell = { width: width / columns, height: height / rows };
  const found = {};
  order.forEach((name, k) => {
    const row = Math.floor(k / columns);
    const column = row % 2 ? columns - 1 - (k % columns) : k % columns;   // like an ox ploughs: neighbours stay near
    found[name] = { x: cell.width * (column + 0.5), y: cell.height * (row + 0.5),
      width: Math.min(BOX.width, cell.width * 0.72), height: Math.min(30, cell.height * 0.6) };
  });
  return found;
}

const BENDS = [1, 1.8, 2.8, 4, 5.5, -1.8, -2.8, -4, -5.5];

/** The curve from box a to box b: it bends to its right-hand side, so that both directions can be told apart, and
 *  further where it would run behind one of `others`, as long as it stays within `width` pixels. */
export function curve(a, b, others, width) {
  const tried = BENDS.map((times) => bent(a, b, times)).filter((line, k) => !k || within(line, width));
  return tried.find((line) => !others.some((box) => crosses(line, box))) ?? tried[0];
}

function within(line, width) {
  return [0.3, 0.5, 0.7].every((t) => line.at(t).x > 6 && line.at(t).x < width - 6);
}

function bent(a, b, times) {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const bend = Math.min(0.12, 22 / Math.max(1, Math.hypot(dx, dy)) + 0.03) * times;
  const middle = { x: (a.x + b.x) / 2 - dy * bend, y: (a.y + b.y) / 2 + dx * bend };
  const at = (t) => point(a, middle, b, t);
  const start = leaving(at, a, 4);
  const end = 1 - leaving((t) => at(1 - t), b, 6);
  return { at: (t) => at(start + (end - start) * t) };
}

function crosses(line, box) {
  for (let t = 0.05; t < 1; t += 0.05) {
    const p = line.at(t);
    if (Math.abs(p.x - box.x) < box.width / 2 + 6 && Math.abs(p.y - box.y) < box.height / 2 + 5) return true;
  }
  return false;
}

function point(a, c, b, t) {
  const s = 1 - t;
  return { x: s * s * a.x + 2 * s * t * c.x + t * t * b.x, y: s * s * a.y + 2 * s * t * c.y + t * t * b.y };
}

/** The part of a curve at which it leaves a box, with a margin. */
function leaving(at, box, margin) {
  for (let t = 0; t < 0.5; t += 0.01) {
    const p = at(t);
    if (Math.abs(p.x - box.x) > box.width / 2 + margin || Math.abs(p.y - box.y) > box.height / 2 + margin) return t;
  }
  return 0.5;
}

/** SVG path of a curve and of its head, whose size follows the width of the arrow. */
export function arrowPath(line, width) {
  const head = 9 + width * 1.3;
  const points = [];
  for (let k = 0; k <= 16; k += 1) points.push(line.at(k / 16));
  const tip = points.at(-1);
  const back = line.at(0.93);
  const length = Math.hypot(tip.x - back.x, tip.y - back.y) || 1;
  const [ux, uy] = [(tip.x - back.x) / length, (tip.y - back.y) / length];
  const base = { x: tip.x - ux * head, y: tip.y - uy * head };
  const half = head * 0.6;
  const shaft = points.filter((p) => (p.x - base.x) * ux + (p.y - base.y) * uy <= 0);
  const text = (p) => `${p.x.toFixed(1)} ${p.y.toFixed(1)}`;
  return {
    shaft: `M${[...shaft, base].map(text).join("L")}`,
    head: `M${text(tip)}L${text({ x: base.x - uy * half, y: base.y + ux * half })}L${text({ x: base.x + uy * half,
      y: base.y - ux * half })}Z`,
  };
}
