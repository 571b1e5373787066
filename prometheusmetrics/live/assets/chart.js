// A chart of lines over time: uPlot's canvas, and around it what a canvas lacks: a
// legend that is a table of values, exact values under the pointer, and the whole
// as a table for who can't see it.

import { foreign, h, setText, svg, theme } from "./dom.js";
import { PLAIN, clock, exact, format, tick, visible } from "./format.js";

const HEIGHT = 240;
const TABLE_ROWS = 30;
const DASHES = [[], [7, 3], [2, 3], [10, 3, 2, 3], [5, 5], [1, 2]];
const COLOURS = 8;

// style returns what tells line i from the others: a colour, and a dash that
// differs from the neighbours', for who does not see the colour.
export function style(i) {
  return { colour: theme(`line-${i % COLOURS}`), dash: DASHES[(i + Math.floor(i / COLOURS)) % DASHES.length] };
}

export class Chart {
  #plot = null;
  #lines = [];
  #data = [[]];
  #hidden = new Set();
  #hover = null;
  #key = "";
  #range = [0, 1];

  constructor({ title, unit = PLAIN, rate = false, extra = null }) {
    Object.assign(this, { title, unit, rate, extra });
    this.heading = h("h3", {}, title);
    this.queries = new Queries();
    this.canvas = h("div", { class: "plot", role: "img" });
    this.tip = h("div", { class: "tip", hidden: true });
    this.box = h("div", { class: "plotbox" }, this.canvas, this.tip);
    this.legend = h("table", { class: "legend" });
    this.table = h("div", { class: "asTable", hidden: true });
    this.note = h("p", { class: "note", hidden: true });
    this.root = h("section", { class: "chart", "aria-label": title },
      this.heading, this.note, this.box, this.legend, this.table, this.queries.root);
    this.observer = new ResizeObserver(() => this.#resize());
    this.observer.observe(this.canvas);
  }

  // update shows lines, each { name, values, style }, over times in ms; queries are
  // pairs of what they show and the PromQL.
  update({ times, lines, range, queries, note = "", asTable = false, scale = null }) {
    this.#lines = lines;
    this.#range = range;
    this.#data = withGaps(times, lines.map((line) => line.values));
    this.queries.set(queries);
    this.note.hidden = !note;
    setText(this.note, note);
    this.box.hidden = asTable;
    this.table.hidden = !asTable;
    const key = JSON.stringify([lines.map((line) => [line.name, line.style?.colour]), scale?.log]);
    this.scale = scale;
    if (key !== this.#key) {
      this.#key = key;
      this.#make();
      this.#makeLegend();
    } else if (this.#plot) {
      this.#plot.batch(() => {
        this.#plot.setData(this.#data, false);
        this.#plot.setScale("x", { min: range[0] / 1e3, max: range[1] / 1e3 });
      });
    }
    this.#fillLegend();
    if (asTable) this.#fillTable();
    const last = lines.slice(0, 4).map((line) => `${visible(line.name)} ${format(lastOf(line.values), this.unit, this.rate)}`).join(", ");
    this.canvas.setAttribute("aria-label", `${this.title}: ${last}`);
  }

  // recolour draws anew after the theme has changed.
  recolour() { this.#key = ""; }

  destroy() {
    this.observer.disconnect();
    this.#plot?.destroy();
  }

  #make() {
    this.#plot?.destroy();
    const width = this.canvas.clientWidth;
    if (!width) {
      this.#plot = null;
      this.#key = "";
      return;
    }
    this.#plot = new window.uPlot(this.#options(width), this.#data, this.canvas);
    this.#plot.setScale("x", { min: this.#range[0] / 1e3, max: this.#range[1] / 1e3 });
  }

  #options(width) {
    const axis = { stroke: theme("muted"), font: "12px system-ui, sans-serif", grid: { stroke: theme("grid"), width: 1 }, ticks: { stroke: theme("grid"), size: 4 } };
    return {
      width, height: HEIGHT, padding: [10, 22, 0, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { size: 7 }, y: false },
      scales: {
        x: { time: true, auto: false, range: () => [this.#range[0] / 1e3, this.#range[1] / 1e3] },
        y: { distr: this.scale?.log ? 3 : 1, range: (u, low, high) => (this.scale?.range ? this.scale.range() : yRange(low, high)) },
      },
      axes: [
        { ...axis, size: 30, space: 70, values: (u, ticks) => ticks.map((t) => clock(t * 1e3).replace(/:00$/, "")) },
        {
          ...axis, size: 76, gap: 6, values: (u, ticks) => ticks.map((t) => tick(t, this.unit, this.rate)),
          ...(this.scale?.splits && { splits: () => this.scale.splits(), filter: (u, splits) => splits }),
        },
      ],
      series: [{}, ...this.#lines.map((line, i) => this.#series(line, i))],
      hooks: {
        setCursor: [(u) => this.#point(u)],
        ...(this.extra && { drawClear: [(u) => this.extra.under(u)], draw: [(u) => this.extra.over(u)] }),
      },
    };
  }

  #series(line, i) {
    const { colour, dash } = line.style || style(i);
    return {
      label: line.name, stroke: colour, width: line.width || 1.75, dash, spanGaps: false, show: !this.#hidden.has(line.name),
      points: { show: () => lonely(this.#data[i + 1]), size: 5, stroke: colour, fill: colour },
    };
  }

  #resize() {
    const width = this.canvas.clientWidth;
    if (!width) return;
    if (!this.#plot) this.#make();
    else if (this.#plot.width !== width) this.#plot.setSize({ width, height: HEIGHT });
  }

  #makeLegend() {
    const head = h("tr", {}, h("th", { scope: "col" }, "line"), ...["now", "min", "max"].map((t) => h("th", { scope: "col", class: "number" }, t)));
    const rows = this.#lines.map((line, i) => {
      const { colour, dash } = line.style || style(i);
      const marker = svg("svg", { width: 28, height: 8, "aria-hidden": "true" },
        svg("line", { x1: 1, y1: 4, x2: 27, y2: 4, stroke: colour, "stroke-width": 2.5, "stroke-dasharray": dash.join(" ") }));
      const button = h("button", { type: "button", class: "line", "aria-pressed": String(!this.#hidden.has(line.name)), onclick: () => this.#hide(line, i, button) },
        marker, foreign(line.name));
      return h("tr", {}, h("th", { scope: "row" }, button), ...[0, 1, 2].map(() => h("td", { class: "number" })));
    });
    this.legend.replaceChildren(h("thead", {}, head), h("tbody", {}, ...rows));
  }

  #hide(line, i, button) {
    if (!this.#hidden.delete(line.name)) this.#hidden.add(line.name);
    button.setAttribute("aria-pressed", String(!this.#hidden.has(line.name)));
    this.#plot?.setSeries(i + 1, { show: !this.#hidden.has(line.name) });
  }

  #fillLegend() {
    const rows = this.legend.tBodies[0]?.rows || [];
    this.#lines.forEach((line, i) => {
      let [low, high] = [null, null];
      for (const v of line.values) {
        if (v === null || !Number.isFinite(v)) continue;
        if (low === null || v < low) low = v;
        if (high === null || v > high) high = v;
      }
      [lastOf(line.values), low, high].forEach((v, k) => setText(rows[i].cells[k + 1], format(v, this.unit, this.rate)));
    });
  }

  // #point tells the exact values under the pointer.
  #point(u) {
    const { left, top, idx } = u.cursor;
    const special = left >= 0 && this.extra?.at?.(u, left, top);
    if (left < 0 || (idx === null && !special) || (idx === undefined && !special)) {
      this.tip.hidden = true;
      return;
    }
    const lines = this.#lines
      .map((line, i) => ({ line, i, value: nearest(this.#data[i + 1], idx) }))
      .filter(({ line, value }) => value !== null && value !== undefined && !this.#hidden.has(line.name))
      .sort((a, b) => b.value - a.value);
    const rows = lines.slice(0, 10).map(({ line, value }) => h("div", {}, foreign(line.name), h("b", {}, exact(value, this.unit, this.rate))));
    if (lines.length > 10) rows.push(h("div", {}, `and ${lines.length - 10} more`));
    this.tip.replaceChildren(h("div", { class: "time" }, clock(this.#data[0][idx] * 1e3)), ...rows, ...(special || []));
    this.tip.hidden = false;
    const { offsetLeft } = u.over;
    const width = this.tip.offsetWidth;
    const x = offsetLeft + left;
    this.tip.style.left = `${Math.max(0, x + 14 + width > this.box.clientWidth ? x - 14 - width : x + 14)}px`;
    this.tip.style.top = `${Math.min(Math.max(0, top), HEIGHT - 60)}px`;
  }

  #fillTable() {
    const [times, ...columns] = this.#data;
    const shown = this.#lines.slice(0, 12);
    const body = [];
    for (let k = times.length - 1; k >= 0 && body.length < TABLE_ROWS; k--) {
      if (columns.every((c) => c[k] === null)) continue;
      body.push(h("tr", {}, h("th", { scope: "row" }, clock(times[k] * 1e3)),
        ...shown.map((_, i) => h("td", { class: "number" }, format(columns[i][k], this.unit, this.rate)))));
    }
    this.table.replaceChildren(h("table", { class: "values" },
      h("caption", {}, `${this.title}, the newest first`),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "time"), ...shown.map((line) => h("th", { scope: "col", class: "number" }, foreign(line.name))))),
      h("tbody", {}, ...body)));
  }
}

// lonely reports whether values are too few to make a line.
function lonely(values) {
  let n = 0;
  for (const v of values || []) if (v !== null && ++n > 2) return false;
  return true;
}

function lastOf(values) {
  for (let i = values.length - 1; i >= 0; i--) if (values[i] !== null) return values[i];
  return null;
}

function nearest(values, i) {
  for (let k = i; k >= 0 && k > i - 3; k--) if (values[k] !== null && values[k] !== undefined) return values[k];
  return null;
}

// withGaps breaks the lines where nothing was read for much longer than usual, and
// brings times to seconds.
function withGaps(times, columns) {
  const steps = [];
  for (let k = 1; k < times.length; k++) steps.push(times[k] - times[k - 1]);
  const usual = steps.length ? [...steps].sort((a, b) => a - b)[steps.length >> 1] : 0;
  const longest = Math.max(5 * usual, 4e3);
  const out = [[], ...columns.map(() => [])];
  times.forEach((time, k) => {
    if (k && time - times[k - 1] > longest) {
      out[0].push((times[k - 1] + time) / 2e3);
      columns.forEach((_, i) => out[i + 1].push(null));
    }
    out[0].push(time / 1e3);
    columns.forEach((values, i) => out[i + 1].push(values[k] !== null && Number.isFinite(values[k]) ? values[k] : null));
  });
  return out;
}

// yRange leaves some room, and begins at zero unless the values are far from it.
function yRange(low, high) {
  if (low === null || high === null) return [0, 1];
  // Values that differ in their last digits only are one, and too fine for an axis.
  if (high - low <= 1e-6 * Math.max(Math.abs(low), Math.abs(high))) return low === 0 ? [0, 1] : low > 0 ? [0, low * 1.25] : [low * 1.25, 0];
  const room = (high - low) * 0.08;
  const bottom = low >= 0 && low < high * 0.7 ? 0 : low - room;
  const top = high <= 0 && high > low * 0.7 ? 0 : high + room;
  return [bottom, top];
}

// Queries are the lines with PromQL under a chart, to copy.
class Queries {
  #lines = [];
  root = h("div", { class: "queries" });

  set(queries) {
    while (this.#lines.length < queries.length) this.#lines.push(new Query());
    this.root.classList.toggle("several", queries.length > 1);
    queries.forEach(([what, text], i) => this.#lines[i].set(queries.length > 1 ? what : "PromQL", text));
    if (this.root.childElementCount !== queries.length) this.root.replaceChildren(...this.#lines.slice(0, queries.length).map((line) => line.root));
  }
}

class Query {
  constructor() {
    this.what = h("span", { class: "what" });
    this.code = h("code", { tabindex: "0" });
    this.button = h("button", { type: "button", class: "copy", onclick: () => this.#copy() }, "Copy");
    this.root = h("div", { class: "query" }, this.what, this.code, this.button);
  }

  set(what, text) {
    setText(this.what, what);
    setText(this.code, text);
    this.code.setAttribute("aria-label", `PromQL: ${what}`);
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.code.textContent);
    } catch { // no clipboard without a secure context: select it instead
      getSelection().selectAllChildren(this.code);
      this.#say("Selected");
      return;
    }
    this.#say("Copied");
  }

  #say(word) {
    this.button.textContent = word;
    setTimeout(() => (this.button.textContent = "Copy"), 1500);
  }
}
