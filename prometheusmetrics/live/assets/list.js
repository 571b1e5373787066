// The list of all metrics: only the rows that can be seen are there, however many
// there are. It is a tree for the keyboard and for screen readers: groups, and the
// metrics in them.

import { foreign, h, setText, theme } from "./dom.js";
import { format, isMoment, ago, visible } from "./format.js";
import { KINDS, group } from "./rows.js";
import { sparkline } from "./sparkline.js";

const SPARK = { height: 28, points: 60 };
const BEYOND = 4; // rows drawn above and below what can be seen

export class List {
  #items = []; // groups and rows, as they are shown
  #nodes = new Map(); // of items, by their position
  #active = 0;
  #rows = [];
  #shut = new Set();
  #open = "";
  #colours = {};

  // on.open(row) is called for the row that is chosen, on.shut(prefixes) when a
  // group is opened or shut.
  constructor(root, on) {
    this.on = on;
    this.root = root;
    this.space = h("div", { class: "space", role: "none" });
    root.append(this.space);
    root.addEventListener("scroll", () => this.draw(this.end));
    root.addEventListener("keydown", (event) => this.#key(event));
    root.addEventListener("click", (event) => this.#click(event));
    new ResizeObserver(() => this.draw(this.end)).observe(root);
    this.recolour();
  }

  recolour() {
    this.#colours = { line: theme("spark"), fill: theme("spark-fill") };
    this.height = parseFloat(theme("row")) || 44;
  }

  // show puts other rows into the list.
  show(rows, { shut, open, grouped }) {
    this.#rows = rows;
    this.#shut = shut;
    this.#open = open;
    const active = this.#items[this.#active]?.row?.name;
    this.#items = [];
    for (const { prefix, rows: members } of grouped ? group(rows) : [{ prefix: null, rows }]) {
      const closed = shut.has(prefix);
      if (prefix !== null) this.#items.push({ prefix, members, closed });
      if (!closed) for (const row of members) this.#items.push({ row, prefix });
    }
    const at = this.#items.findIndex((item) => item.row && item.row.name === (active || open));
    this.#active = Math.max(0, at);
    for (const node of this.#nodes.values()) node.remove();
    this.#nodes.clear();
    this.space.style.height = `${this.#items.length * this.height}px`;
  }

  // draw brings the rows that can be seen up to date; end gives the index after
  // the last frame of a source.
  draw(end) {
    if (!end || !this.root.clientHeight) return;
    this.end = end;
    const from = Math.max(0, Math.floor(this.root.scrollTop / this.height) - BEYOND);
    const to = Math.min(this.#items.length, Math.ceil((this.root.scrollTop + this.root.clientHeight) / this.height) + BEYOND);
    for (const [position, node] of this.#nodes) {
      if (position >= from && position < to) continue;
      node.remove();
      this.#nodes.delete(position);
    }
    for (let i = from; i < to; i++) this.#drawItem(i);
    this.root.setAttribute("aria-activedescendant", this.#nodes.has(this.#active) ? `item-${this.#active}` : "");
  }

  #drawItem(i) {
    const item = this.#items[i];
    let node = this.#nodes.get(i);
    if (!node) {
      node = item.row ? this.#rowNode(item, i) : this.#groupNode(item, i);
      node.style.transform = `translateY(${i * this.height}px)`;
      this.#nodes.set(i, node);
      this.space.append(node);
    }
    node.classList.toggle("active", i === this.#active);
    if (item.row) this.#update(item.row, node);
  }

  #groupNode(item, i) {
    const label = item.prefix === "" ? "others" : item.prefix + "_";
    return h("div", { class: "group", role: "treeitem", id: `item-${i}`, "aria-level": "1", "aria-expanded": String(!item.closed), "data-at": i },
      h("span", { class: "arrow", "aria-hidden": "true" }, item.closed ? "▸" : "▾"),
      foreign(label, "prefix"), h("span", { class: "count" }, String(item.members.length)));
  }

  #rowNode({ row, prefix }, i) {
    const { name } = row;
    const shared = prefix && name.startsWith(prefix + "_") ? prefix.length + 1 : 0;
    const node = h("div", {
      class: "row", role: "treeitem", id: `item-${i}`, "aria-level": prefix === null ? "1" : "2", "data-at": i,
      "aria-selected": String(name === this.#open), title: visible(row.help.slice(0, 300)),
    },
    h("span", { class: "name" },
      h("span", { class: "title" }, shared ? foreign(name.slice(0, shared), "shared") : "", foreign(name.slice(shared))),
      h("span", { class: "kind" })),
    h("canvas", { class: "spark", "aria-hidden": "true" }),
    h("span", { class: "value" }), h("span", { class: "rate" }));
    node.parts = Object.fromEntries(["kind", "spark", "value", "rate"].map((c) => [c, node.querySelector("." + c)]));
    return node;
  }

  #update(row, node) {
    const now = row.now(this.end(row.lead.source), SPARK.points);
    const series = row.series.size;
    setText(node.parts.kind, KINDS[row.kind] + (series > 1 ? ` · ${series} series` : ""));
    setText(node.parts.value, valueText(row, now));
    node.parts.value.classList.toggle("bad", row.kind === "health" && now.value === 0);
    setText(node.parts.rate, now.rated ? format(now.rate, row.rateUnit, true) : "");
    sparkline(node.parts.spark, node.parts.spark.clientWidth, SPARK.height, now.curve, SPARK.points, this.#colours);
  }

  #click(event) {
    const node = event.target.closest("[data-at]");
    if (node) this.#choose(Number(node.dataset.at));
  }

  #choose(i) {
    const item = this.#items[i];
    if (!item) return;
    this.#active = i;
    if (item.row) this.on.open(item.row);
    else this.#toggle(item);
  }

  #toggle(item) {
    const shut = new Set(this.#shut);
    if (!shut.delete(item.prefix)) shut.add(item.prefix);
    this.on.shut(shut);
  }

  #key(event) {
    const page = Math.max(1, Math.floor(this.root.clientHeight / this.height) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    const item = this.#items[this.#active];
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key in steps) this.#move(this.#active + steps[event.key]);
    else if (event.key === "Enter" || event.key === " ") this.#choose(this.#active);
    else if (event.key === "ArrowLeft" && item && !item.row && !item.closed) this.#toggle(item);
    else if (event.key === "ArrowLeft" && item?.row) this.#move(this.#items.findIndex((other) => other.members?.includes(item.row)));
    else if (event.key === "ArrowRight" && item && !item.row && item.closed) this.#toggle(item);
    else return;
    event.preventDefault();
  }

  #move(to) {
    this.#active = Math.min(Math.max(0, to), this.#items.length - 1);
    const top = this.#active * this.height;
    if (top < this.root.scrollTop) this.root.scrollTop = top;
    const bottom = top + this.height - this.root.clientHeight;
    if (bottom > this.root.scrollTop) this.root.scrollTop = bottom;
    this.draw(this.end);
  }

  // reveal scrolls to the row that is open.
  reveal(name) {
    const at = this.#items.findIndex((item) => item.row?.name === name);
    if (at < 0) return;
    this.root.scrollTop = (at + 0.5) * this.height - this.root.clientHeight / 2;
    this.#move(at);
  }
}

function valueText(row, now) {
  if (row.kind === "health") {
    if (now.value === null) return "–";
    return now.value === 1 ? "✓ healthy" : "✗ unhealthy";
  }
  if (row.kind === "gauge" && isMoment(row.lead, now.value)) return ago(Date.now() - now.value * 1e3) + " ago";
  return (now.of ? now.of + " " : "") + format(now.value, row.unit);
}
