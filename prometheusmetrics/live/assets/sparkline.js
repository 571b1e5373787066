// The small curve in a row of the list.

import { fit } from "./dom.js";

// sparkline draws the values from left to right, the last at the right edge; the
// curve fills at least an eighth of its own height, so that noise stays small.
export function sparkline(canvas, width, height, values, most, colours) {
  const context = fit(canvas, width, height);
  let [low, high] = [Infinity, -Infinity];
  for (const v of values) {
    if (v === null || !Number.isFinite(v)) continue;
    low = Math.min(low, v);
    high = Math.max(high, v);
  }
  if (low > high) return;
  if (low > 0 && low < high * 0.5) low = 0;
  const middle = (low + high) / 2;
  const span = Math.max(high - low, Math.abs(middle) / 8, Number.MIN_VALUE * 8);
  const y = (v) => height - 3 - ((v - middle) / span + 0.5) * (height - 6);
  const step = (width - 4) / Math.max(1, most - 1);
  const x = (i) => width - 2 - (values.length - 1 - i) * step;
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.strokeStyle = colours.line;
  context.fillStyle = colours.fill;
  let start = -1;
  for (let i = 0; i <= values.length; i++) {
    const drawn = i < values.length && values[i] !== null && Number.isFinite(values[i]);
    if (drawn && start < 0) start = i;
    if (drawn || start < 0) continue;
    stretch(context, values, start, i, x, y, height);
    start = -1;
  }
  const last = values[values.length - 1];
  if (last !== null && Number.isFinite(last)) {
    context.fillStyle = colours.line;
    context.beginPath();
    context.arc(x(values.length - 1), y(last), 2, 0, 2 * Math.PI);
    context.fill();
  }
}

function stretch(context, values, from, to, x, y, height) {
  context.beginPath();
  for (let i = from; i < to; i++) context.lineTo(x(i), y(values[i]));
  context.stroke();
  context.lineTo(x(to - 1), height);
  context.lineTo(x(from), height);
  context.fill();
}
