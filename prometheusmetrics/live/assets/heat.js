// A histogram over time: how many values per second fell into each bucket, the
// darker the more, with quantiles as lines over it and exemplars as points.

import { buckets, before, increase, quantile, samplePoints } from "./derive.js";
import { foreign, h, theme } from "./dom.js";
import { clock, exact, format } from "./format.js";

export const QUANTILES = [0.5, 0.9, 0.99];
const STEPS = 8; // colours
const NARROWEST = 5; // px that a column of cells has
const WIDTHS = [1e3, 2e3, 3e3, 5e3, 10e3, 15e3, 30e3, 60e3]; // ms
const DENSE = 30; // stretches of a graph that have at most two exemplars each
const STEADY = 6; // px
const NEAR = 12; // px from an exemplar at which it is told of

// Heat computes the counts of some series together, one column per sample point,
// and remembers what it has computed.
export class Heat {
  #key = "";
  #done = new Map(); // by sample point: { counts, quantiles, since }

  constructor(family) { this.family = family; }

  // update brings the columns up to date for the frames in a range of time.
  update(series, from, to) {
    const list = buckets(series);
    const key = list.map((b) => `${b.low}:${b.columns.length}`).join() + series.map((s) => s.key).join();
    if (key !== this.#key) {
      this.#key = key;
      this.#done.clear();
    }
    this.list = list;
    this.native = series.some((s) => s.native);
    this.exemplars = series.flatMap((s) => s.exemplars);
    const points = samplePoints(this.family, Math.max(from, this.family.source.first + 1), to);
    const kept = new Map();
    let previous = points.length ? Math.max(before(this.family, points), this.family.source.first) : 0;
    for (const point of points) {
      const known = this.#done.get(point);
      kept.set(point, known && known.since === previous ? known : this.#column(point, previous));
      previous = point;
    }
    this.#done = kept;
    this.columns = [...kept.values()];
    this.#bounds();
  }

  #column(point, since) {
    const { source } = this.family;
    const counts = new Float64Array(this.list.length);
    this.list.forEach(({ columns }, i) => {
      for (const column of columns) {
        const grown = increase(column.get(since), column.get(point));
        if (grown > 0) counts[i] += grown;
      }
    });
    const seconds = (source.time(point) - source.time(since)) / 1e3;
    return {
      since, time: source.time(point), from: source.time(since), counts, seconds,
      quantiles: QUANTILES.map((q) => quantile(q, this.list, counts, this.native)),
    };
  }

  // #bounds finds the part of the value axis that has something in it.
  #bounds() {
    const used = this.list.map((_, i) => this.columns.some((c) => c.counts[i] > 0));
    const finite = this.list.map(({ low, high }) => ({ low, high }));
    this.log = finite.every(({ low, high }, i) => !used[i] || high > 0);
    const ratio = 2;
    finite.forEach((b, i) => {
      if (b.high === Infinity) b.high = b.low > 0 ? b.low * ratio : b.low + 1;
      if (b.low === -Infinity) b.low = b.high - 1;
      if (this.log && b.low <= 0) b.low = (this.list[i + 1]?.low > 0 && b.high <= 0 ? this.list[i + 1].low : b.high) / ratio;
    });
    this.cells = finite;
    let [low, high] = [Infinity, -Infinity];
    finite.forEach((b, i) => {
      if (!used[i]) return;
      low = Math.min(low, b.low);
      high = Math.max(high, b.high);
    });
    if (low > high) [low, high] = this.log ? [0.1, 10] : [0, 1];
    if (this.log && high / low < 4) [low, high] = [low / 2, high * 2];
    this.low = low;
    this.high = high;
  }

  // scale is the value axis of the chart.
  get scale() {
    return { log: this.log, range: () => [this.low, this.high], splits: this.log ? () => logTicks(this.low, this.high) : null };
  }

  // #bin joins columns that would be too narrow to see. The borders stay where they
  // are as time goes on, so that nothing flickers.
  #bin(u) {
    const perPixel = ((u.scales.x.max - u.scales.x.min) * 1e3) / Math.max(1, u.over.clientWidth);
    const width = WIDTHS.find((ms) => ms >= NARROWEST * perPixel) || WIDTHS.at(-1);
    const bins = new Map();
    for (const column of this.columns) {
      const number = Math.floor((column.time - 1) / width);
      const bin = bins.get(number);
      if (!bin) {
        // A column after a long pause would paint the pause.
        bins.set(number, { from: Math.max(column.from, column.time - 20e3), time: column.time, seconds: column.seconds, counts: column.counts });
        continue;
      }
      if (bin.counts.length !== column.counts.length) continue;
      bin.counts = bin.counts.map((n, i) => n + column.counts[i]);
      bin.time = column.time;
      bin.seconds += column.seconds;
    }
    this.bins = [...bins.values()];
    this.most = 0;
    for (const bin of this.bins) for (const n of bin.counts) this.most = Math.max(this.most, n / bin.seconds);
  }

  // under draws the cells, below the lines of the chart.
  under(u) {
    if (!this.columns) return;
    this.#bin(u);
    const colours = Array.from({ length: STEPS }, (_, i) => theme(`heat-${i}`));
    const { ctx } = u;
    const box = u.bbox;
    ctx.save();
    ctx.beginPath();
    ctx.rect(box.left, box.top, box.width, box.height);
    ctx.clip();
    for (const bin of this.bins) this.#drawBin(u, ctx, bin, colours);
    ctx.restore();
  }

  #drawBin(u, ctx, bin, colours) {
    const left = Math.round(u.valToPos(bin.from / 1e3, "x", true));
    const right = Math.round(u.valToPos(bin.time / 1e3, "x", true));
    bin.counts.forEach((count, i) => {
      if (!(count > 0)) return;
      const { low, high } = this.cells[i];
      const top = Math.round(u.valToPos(high, "y", true));
      const bottom = Math.round(u.valToPos(low, "y", true));
      ctx.fillStyle = colours[this.step(count / bin.seconds)];
      ctx.fillRect(left, top, Math.max(1, right - left), Math.max(1, bottom - top));
    });
  }

  // step is which colour a rate has. The root brings out the rare ones, which are
  // what one looks for.
  step(rate) {
    if (!(this.most > 0)) return 0;
    return Math.min(STEPS - 1, Math.floor(Math.sqrt(rate / this.most) * STEPS));
  }

  // over draws the exemplars.
  over(u) {
    const { ctx } = u;
    const size = 3.5 * devicePixelRatio;
    ctx.save();
    ctx.lineWidth = 1.5 * devicePixelRatio;
    for (const e of this.#visible(u)) {
      const x = u.valToPos(e.time / 1e3, "x", true);
      const y = u.valToPos(e.value, "y", true);
      ctx.beginPath();
      ctx.moveTo(x, y - size);
      ctx.lineTo(x + size, y);
      ctx.lineTo(x, y + size);
      ctx.lineTo(x - size, y);
      ctx.closePath();
      ctx.fillStyle = theme("exemplar");
      ctx.strokeStyle = theme("panel");
      ctx.fill();
      ctx.stroke();
    }
    ctx.restore();
  }

  #visible(u) {
    const { min, max } = u.scales.x;
    return this.exemplarsIn([min * 1e3, max * 1e3]).filter((e) => e.value >= this.low && e.value <= this.high);
  }

  // exemplarsIn returns those in a range of time: where they are dense, the largest
  // of each stretch, since those are looked for.
  exemplarsIn([from, to]) {
    const width = Math.ceil((to - from) / DENSE / 1e3) * 1e3;
    const stretches = new Map();
    for (const e of this.exemplars || []) {
      if (e.time < from || e.time > to) continue;
      const number = Math.floor(e.time / width);
      if (!stretches.has(number)) stretches.set(number, []);
      stretches.get(number).push(e);
    }
    return [...stretches.values()].flatMap((all) => all.sort((a, b) => b.value - a.value).slice(0, 2));
  }

  // #cellAt finds the bucket at a height, or the nearest that has something in it:
  // native buckets may be no higher than a hand is steady.
  #cellAt(u, bin, top) {
    let found = -1;
    let nearest = STEADY;
    this.cells.forEach(({ low, high }, i) => {
      const [from, to] = [u.valToPos(high, "y"), u.valToPos(low, "y")];
      const distance = Math.max(from - top, top - to, 0) + (bin.counts[i] > 0 ? 0 : STEADY / 2);
      if (distance < nearest) [found, nearest] = [i, distance];
    });
    return found;
  }

  // #binAt finds the column at a place, or the nearest: the newest may be one pixel wide.
  #binAt(u, left) {
    let [found, nearest] = [null, STEADY];
    for (const bin of this.bins || []) {
      const [from, to] = [u.valToPos(bin.from / 1e3, "x"), u.valToPos(bin.time / 1e3, "x")];
      const distance = Math.max(from - left, left - to, 0);
      if (distance < nearest) [found, nearest] = [bin, distance];
    }
    return found;
  }

  // at tells of the cell and the exemplar under the pointer.
  at(u, left, top) {
    const said = [];
    const bin = this.#binAt(u, left);
    const i = bin ? this.#cellAt(u, bin, top) : -1;
    if (i >= 0) {
      const { low, high } = this.list[i];
      said.push(h("div", { class: "cell" }, `${format(low, this.unit)} to ${format(high, this.unit)}`,
        h("b", {}, format(bin.counts[i] / bin.seconds, undefined, true))));
    }
    let found = null;
    for (const e of this.#visible(u)) {
      const distance = Math.hypot(u.valToPos(e.time / 1e3, "x") - left, u.valToPos(e.value, "y") - top);
      if (distance < NEAR && (!found || distance < found.distance)) found = { e, distance };
    }
    if (found) said.push(h("div", { class: "exemplar" }, "◆ ", exact(found.e.value, this.unit), ...pairs(found.e.labels)));
    return said.length ? said : null;
  }
}

// exemplarTable lists exemplars for who wants to copy a trace id.
export function exemplarTable(exemplars, unit) {
  const newest = [...exemplars].sort((a, b) => b.time - a.time).slice(0, 10);
  return h("table", { class: "values" }, h("caption", {}, "Exemplars, the newest first"),
    h("thead", {}, h("tr", {}, ...["time", "value", "labels"].map((t) => h("th", { scope: "col" }, t)))),
    h("tbody", {}, ...newest.map((e) => h("tr", {}, h("td", {}, clock(e.time)), h("td", { class: "number" }, format(e.value, unit)), h("td", {}, ...pairs(e.labels))))));
}

function pairs(labels) {
  const shown = [];
  for (let i = 0; i < labels.length; i += 2) shown.push(h("span", { class: "pair" }, foreign(labels[i]), "=", foreign(labels[i + 1])));
  return shown;
}

// logTicks are 1, 2 and 5 times powers of ten, only the powers where that is enough.
function logTicks(low, high) {
  const ticks = [];
  const decades = Math.log10(high / low);
  const steps = decades > 4 ? [1] : decades > 2 ? [1, 3] : [1, 2, 5];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const step of steps) {
      const tick = step * 10 ** power;
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}
