// Parts that add up to a whole: what one gains, the others lose in proportion, all on the grid of the slider.

/** New positions after `part` was moved to `value`; they add up to `total` in steps of `step`. */
export function shared(at, part, value, total, step) {
  const units = Math.round(total / step);
  const mine = Math.max(0, Math.min(units, Math.round(value / step)));
  const others = at.map((x, k) => (k === part ? 0 : Math.max(0, x / step)));
  const sum = others.reduce((a, b) => a + b, 0);
  const left = units - mine;
  const wished = others.map((x, k) => {
    if (k === part) return 0;
    return sum > 0 ? (x / sum) * left : left / (at.length - 1);
  });
  const whole = wished.map(Math.floor);
  let missing = left - whole.reduce((a, b) => a + b, 0);
  const order = wished.map((x, k) => k).filter((k) => k !== part)
    .sort((a, b) => (wished[b] - whole[b]) - (wished[a] - whole[a]) || a - b);
  for (const k of order) {
    if (missing <= 0) break;
    whole[k] += 1;
    missing -= 1;
  }
  whole[part] = mine;
  return whole.map((x) => Math.round(x * step * 1e6) / 1e6);
}
