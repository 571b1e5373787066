// An opened metric: what it is, which of its series, and its charts.

import { foreign, h, setText } from "./dom.js";
import { visible } from "./format.js";
import { choices, makePanels } from "./panels.js";
import { KINDS } from "./rows.js";
import { chosen, labelNames } from "./lines.js";

const MOST_OPTIONS = 300;

export class Detail {
  #row = null;
  #panels = [];
  #labels = "";

  constructor(root, state) {
    this.root = root;
    this.state = state;
    this.title = h("h2", { tabindex: "-1" });
    this.facts = h("p", { class: "facts" });
    this.help = h("p", { class: "help" });
    this.controls = h("div", { class: "controls" });
    this.charts = h("div", { class: "charts" });
    this.back = h("button", { type: "button", class: "close", "aria-label": "Close", onclick: () => state.set({ open: "", where: [], by: "", stat: "" }) }, "✕");
    root.append(h("div", { class: "head" }, this.title, this.back), this.facts, this.help, this.controls, this.charts);
  }

  // show opens a row, null for none. The panels stay while the row's make-up does.
  show(row) {
    const same = row && this.#row && row.name === this.#row.name && row.kind === this.#row.kind && row.lead === this.#row.lead && row.parts.size === this.#row.parts.size;
    this.#row = row;
    this.root.hidden = !row;
    if (!row) return this.#clear();
    if (!same) {
      this.#clear();
      this.title.replaceChildren(foreign(row.name));
      this.#panels = makePanels(row);
      this.charts.replaceChildren(...this.#panels.map((panel) => panel.chart.root));
      this.#labels = "";
      this.root.scrollTop = 0;
    }
    const help = row.help && row.help !== row.name ? row.help : "";
    this.help.replaceChildren(...(help ? [foreign(help)] : []));
    const n = row.series.size;
    setText(this.facts, [KINDS[row.kind] + (row.parts.size > 1 ? ` of ${row.parts.size} families` : ""), row.unit.name && `in ${row.unit.name}`, `${n} series`].filter(Boolean).join(" · "));
    this.#makeControls();
  }

  #clear() {
    for (const panel of this.#panels) panel.chart.destroy();
    this.#panels = [];
    this.charts.replaceChildren();
  }

  // #makeControls makes the selects anew if there are other labels to choose.
  #makeControls() {
    const { state } = this;
    const names = labelNames(this.#row.lead);
    const matching = chosen(this.#row.lead, state.where).length;
    const key = JSON.stringify([this.#row.name, [...names].map(([n, v]) => [n, [...v]]), [...state.where], state.get("by"), state.get("stat"), matching > 1]);
    if (key === this.#labels) return;
    this.#labels = key;
    const focused = document.activeElement?.dataset?.control;
    const controls = [...names].map(([name, values]) => this.#filter(name, [...values].sort()));
    if (this.#row.series.size > 1) {
      controls.unshift(this.#select("Split by", "by", [["", matching > 12 ? "automatic: all together" : "automatic: each series"], ["-", "all together"], ["*", "each series"], ...[...names.keys()].map((n) => [n, visible(n)])]));
    }
    const options = choices(this.#row, matching);
    if (options.length) controls.splice(1, 0, this.#select("Shown", "stat", options.map(([value, text], i) => [i ? value : "", text])));
    this.controls.replaceChildren(...controls);
    if (focused) this.controls.querySelector(`[data-control="${CSS.escape(focused)}"]`)?.focus();
  }

  #select(label, name, options) {
    const select = h("select", { "data-control": name, onchange: () => this.state.set({ [name]: select.value }) },
      ...options.map(([value, text]) => h("option", { value }, text)));
    select.value = this.state.get(name);
    return h("label", {}, h("span", {}, label), select);
  }

  #filter(name, values) {
    const { where } = this.state;
    const change = (value) => {
      if (value === "") where.delete(name);
      else where.set(name, value);
      this.state.setWhere(where);
    };
    const select = h("select", { "data-control": "where " + name, onchange: () => change(select.value) }, h("option", { value: "" }, values.length > 1 ? `all ${values.length}` : "all"),
      ...values.slice(0, MOST_OPTIONS).map((value) => h("option", { value }, visible(value).slice(0, 120) || '""')));
    const wanted = where.get(name);
    if (wanted !== undefined && !values.slice(0, MOST_OPTIONS).includes(wanted)) select.append(h("option", { value: wanted }, visible(wanted).slice(0, 120)));
    select.value = wanted ?? "";
    return h("label", {}, foreign(name), select);
  }

  // update draws the charts for a range of time.
  update(range) {
    if (!this.#row) return;
    const { state } = this;
    const view = { range, where: state.where, by: state.get("by"), stat: state.get("stat"), asTable: state.get("table") === "1" };
    for (const panel of this.#panels) panel.update(view);
  }

  recolour() { for (const panel of this.#panels) panel.chart.recolour(); }
}
