// The charts of an opened metric, by its kind. Each panel is a chart with a method
// update(view), where view says which series, how they are split, and which time.

import { Chart } from "./chart.js";
import { before, every, rates, samplePoints, values, rateNow } from "./derive.js";
import { PLAIN } from "./format.js";
import { Heat, QUANTILES, exemplarTable } from "./heat.js";
import { theme, h } from "./dom.js";
import { chosen, largest, split } from "./lines.js";
import { counterQuery, gaugeQuery, heatQuery, meanQuery, partQuery, quantileQuery, selector, summaryQuery } from "./promql.js";
import { quantileName } from "./rows.js";

export function makePanels(row) {
  switch (row.kind) {
    case "counter":
    case "count":
      return [new RatePanel(row, row.lead, "value", row.kind === "count" ? PLAIN : row.unit)];
    case "summary":
      return [new QuantilePanel(row), new RatePanel(row, row.lead, "count", PLAIN, "_count"), new MeanPanel(row)];
    case "histogram":
      return [new HeatPanel(row), new SplitQuantilePanel(row), new RatePanel(row, row.lead, "count", PLAIN, "_count"), new MeanPanel(row)];
    case "timer":
      return [new StatisticsPanel(row, "Percentiles", PERCENTILES, row.unit), new StatisticsPanel(row, "Rates", RATES, PLAIN, true)];
    case "sample":
      return [new StatisticsPanel(row, "Percentiles", PERCENTILES, row.unit), new RatePanel(row, row.parts.get("count"), "value", PLAIN)];
    case "meter":
      return [new StatisticsPanel(row, "Rates", RATES, PLAIN, true), new RatePanel(row, row.parts.get("count"), "value", PLAIN)];
  }
  return [new ValuePanel(row)];
}

// frames returns the indices of a view's frames in a family's source.
function frames(family, { range }) {
  const { source } = family;
  return [source.from(range[0] - 2e3), source.from(range[1] + 1)];
}

function timesOf(family, points) { return points.map((i) => family.source.time(i)); }

// splitting settles how to split where the state leaves it open: each series alone
// while they are few.
function splitting(series, { by }) {
  if (by === "-") return "";
  if (by) return by;
  return series.length <= 12 ? "*" : "";
}

// only narrows a query to the series that is drawn, where it is one.
function only(series, where) { return series.length === 1 ? series[0].labels : where; }

function one(query) { return [["PromQL", query]]; }

// histogramQueries are those for native buckets and those for classic ones, where
// a histogram has both: which of them Prometheus stores is up to its configuration.
function histogramQueries(native, classic, make) {
  if (!native || !classic) return make(native);
  return [...make(true).map(([what, text]) => [`${what}, native`, text]), ...make(false).map(([what, text]) => [`${what}, classic`, text])];
}

class RatePanel {
  constructor(row, family, column, unit, suffix = "") {
    Object.assign(this, { row, family, column, suffix });
    this.chart = new Chart({ title: suffix ? "Observations per second" : unit.kind === "plain" ? "Per second" : `Per second, in ${unit.name}`, unit, rate: true });
  }

  update(view) {
    const { family, column } = this;
    const series = chosen(family, view.where);
    const by = splitting(series, view);
    const [from, to] = frames(family, view);
    const points = samplePoints(family, Math.max(from, family.source.first + 1), to);
    const previous = points.length ? Math.max(before(family, points), family.source.first) : 0;
    const columns = (line) => line.series.map((s) => s.columns.get(column)).filter(Boolean);
    const { lines, note } = largest(split(series, by), (line) => rateNow(columns(line), family, to));
    this.chart.update({
      times: timesOf(family, points), range: view.range, asTable: view.asTable, note,
      lines: lines.map((line) => ({ name: line.name, values: rates(columns(line), family.source, points, previous) })),
      queries: one(this.suffix ? partQuery(family.name, this.suffix, view.where, by) : counterQuery(family.name, view.where, by)),
    });
  }
}

class ValuePanel {
  constructor(row) {
    this.row = row;
    this.chart = new Chart({ title: row.kind === "health" ? "1 if healthy, 0 if not" : row.unit.name ? `Value, in ${row.unit.name}` : "Value", unit: row.unit });
  }

  update(view) {
    const family = this.row.lead;
    const series = chosen(family, view.where);
    const by = splitting(series, view);
    const aggregate = this.row.kind === "health" ? "min" : view.stat || "sum";
    const points = every(...frames(family, view));
    const columns = (line) => line.series.map((s) => s.columns.get("value"));
    const { lines, note } = largest(split(series, by), (line) => values(columns(line), points.slice(-1), aggregate)[0]);
    this.chart.update({
      times: timesOf(family, points), range: view.range, asTable: view.asTable, note,
      lines: lines.map((line) => ({ name: line.name, values: values(columns(line), points, aggregate) })),
      queries: one(gaugeQuery(family.name, view.where, by, aggregate)),
    });
  }
}

// QuantilePanel shows a summary's quantiles: all of one series, or one of many.
class QuantilePanel {
  constructor(row) {
    this.row = row;
    this.chart = new Chart({ title: row.unit.name ? `Quantiles, in ${row.unit.name}` : "Quantiles", unit: row.unit });
  }

  update(view) {
    const family = this.row.lead;
    const series = chosen(family, view.where);
    const points = every(...frames(family, view));
    const names = quantileNames(family);
    if (series.length <= 1) {
      const lines = names.map((q) => ({ name: quantileName(q), values: values(series.map((s) => s.columns.get("q:" + q)).filter(Boolean), points) }));
      this.#show(view, points, lines.reverse(), "", summaryQuery(family.name, only(series, view.where)));
      return;
    }
    const q = names.includes(view.stat) ? view.stat : names.at(-1);
    const by = splitting(series, view) || "*";
    const columns = (line) => line.series.map((s) => s.columns.get("q:" + q)).filter(Boolean);
    const { lines, note } = largest(split(series, by), (line) => values(columns(line), points.slice(-1), "max")[0]);
    const query = summaryQuery(family.name, view.where, q);
    this.#show(view, points, lines.map((line) => ({ name: line.name, values: values(columns(line), points, "max") })),
      note, by === "*" ? query : `max by (${by}) (${query})`);
  }

  #show(view, points, lines, note, query) {
    this.chart.update({ times: timesOf(this.row.lead, points), range: view.range, asTable: view.asTable, lines, note, queries: one(query) });
  }
}

// quantileNames lists the quantiles of a summary as they are written in labels.
export function quantileNames(family) {
  const names = new Set();
  for (const series of family.series.values()) for (const name of series.columns.keys()) if (name.startsWith("q:")) names.add(name.slice(2));
  return [...names].sort((a, b) => a - b);
}

class MeanPanel {
  constructor(row) {
    this.row = row;
    this.chart = new Chart({ title: row.unit.name ? `Mean, in ${row.unit.name}` : "Mean", unit: row.unit });
  }

  update(view) {
    const family = this.row.lead;
    const series = chosen(family, view.where);
    const [from, to] = frames(family, view);
    const points = samplePoints(family, Math.max(from, family.source.first + 1), to);
    const previous = points.length ? Math.max(before(family, points), family.source.first) : 0;
    const of = (column) => rates(series.map((s) => s.columns.get(column)).filter(Boolean), family.source, points, previous);
    const counts = of("count");
    const means = of("sum").map((sum, k) => (counts[k] > 0 ? sum / counts[k] : null));
    this.chart.update({
      times: timesOf(family, points), range: view.range, asTable: view.asTable,
      lines: [{ name: "mean", values: means }], queries: one(meanQuery(family.name, view.where)),
    });
  }
}

class HeatPanel {
  constructor(row) {
    this.row = row;
    this.heat = new Heat(row.lead);
    this.heat.unit = row.unit;
    this.chart = new Chart({ title: row.unit.name ? `Distribution over time, in ${row.unit.name}` : "Distribution over time", unit: row.unit, extra: this.heat });
    this.key = h("div", { class: "heatKey", "aria-hidden": "true" });
    this.exemplars = h("div", { class: "exemplars" });
    this.chart.root.querySelector(".legend").after(this.exemplars);
    this.chart.heading.append(this.key);
  }

  update(view) {
    const family = this.row.lead;
    const series = chosen(family, view.where);
    const [from, to] = frames(family, view);
    const { heat } = this;
    heat.update(series, from, to);
    const lines = QUANTILES.map((q, i) => ({
      name: quantileName(q), values: heat.columns.map((c) => c.quantiles[i]),
      style: { colour: theme(`quantile-${i}`), dash: [[2, 3], [7, 3], []][i] }, width: 2,
    })).reverse();
    const { native } = heat;
    const classic = series.some((s) => s.native?.classic);
    this.chart.update({
      times: heat.columns.map((c) => c.time), range: view.range, asTable: view.asTable, lines, scale: heat.scale,
      queries: histogramQueries(native, classic, (stored) => [
        ["Heat map", heatQuery(family.name, view.where, stored)],
        ["p99", quantileQuery(0.99, family.name, view.where, "", stored)],
      ]),
    });
    const colours = Array.from({ length: 8 }, (_, i) => h("i", { class: `heat-${i}` }));
    if (!this.key.childElementCount) this.key.append("few ", ...colours, " many");
    const shown = heat.exemplarsIn(view.range);
    const newest = shown.reduce((n, e) => Math.max(n, e.time), shown.length);
    if (newest !== this.newest) this.exemplars.replaceChildren(shown.length ? exemplarTable(shown, this.row.unit) : "");
    this.newest = newest;
  }
}

// SplitQuantilePanel compares a quantile of parts of a histogram.
class SplitQuantilePanel {
  #heats = new Map();

  constructor(row) {
    this.row = row;
    this.chart = new Chart({ title: "Quantile", unit: row.unit });
  }

  update(view) {
    const family = this.row.lead;
    const series = chosen(family, view.where);
    const by = splitting(series, view);
    const parts = split(series, by);
    const q = QUANTILES.includes(Number(view.stat)) ? Number(view.stat) : 0.99;
    // One part has its quantiles in the heat map.
    this.chart.root.hidden = parts.length < 2;
    if (parts.length < 2) {
      this.#heats.clear();
      return;
    }
    this.chart.title = quantileName(q) + (by === "*" ? " of each series" : ` by ${by}`);
    this.chart.heading.textContent = this.chart.title;
    const [from, to] = frames(family, view);
    const { lines, note } = largest(parts, (line) => rateNow(line.series.map((s) => s.columns.get("count")), family, to), 12);
    const kept = new Map();
    const drawn = lines.map((line) => {
      const heat = this.#heats.get(line.name) || new Heat(family);
      kept.set(line.name, heat);
      heat.update(line.series, from, to);
      return { name: line.name, values: heat.columns.map((c) => c.quantiles[QUANTILES.indexOf(q)]) };
    });
    this.#heats = kept;
    const [first] = kept.values();
    this.chart.update({
      times: first.columns.map((c) => c.time), range: view.range, asTable: view.asTable, lines: drawn, note,
      queries: histogramQueries(first.native, series.some((s) => s.native?.classic), (stored) => [
        [quantileName(q), quantileQuery(q, family.name, view.where, by, stored)],
      ]),
    });
  }
}

const PERCENTILES = { match: /^(max|mean|median|min|percentile_.*)$/, alone: "percentile_99_0" };
const RATES = { match: /^rate_(1min|5min|15min|mean)$/, alone: "rate_1min" };

// StatisticsPanel shows what LayoutGauges has of a metric in families of their
// own: all of one series, or one of many.
class StatisticsPanel {
  constructor(row, title, { match, alone }, unit, rate = false) {
    Object.assign(this, { row, match, alone });
    this.chart = new Chart({ title: title, unit, rate });
  }

  update(view) {
    const names = statistics(this.row, this.match);
    const family = this.row.parts.get(names.includes(this.alone) ? this.alone : names[0]);
    const series = chosen(family, view.where);
    const points = every(...frames(family, view));
    if (series.length <= 1) {
      const key = series[0]?.key;
      const lines = names.map((name) => {
        const column = this.row.parts.get(name).series.get(key)?.columns.get("value");
        return { name: statisticName(name), values: values(column ? [column] : [], points) };
      });
      const base = this.row.name.replace(/@\d+$/, "");
      const query = selector("", only(series, view.where), [`__name__=~"${base}_(${names.join("|")})"`]).replace('"",', "");
      this.#show(view, points, lines, "", query, family);
      return;
    }
    const name = names.includes(view.stat) ? view.stat : family === undefined ? names[0] : nameOf(this.row, family);
    const shown = this.row.parts.get(name);
    const by = splitting(series, view) || "*";
    const rate = name.startsWith("rate");
    const columns = (line) => line.series.map((s) => shown.series.get(s.key)?.columns.get("value")).filter(Boolean);
    const fold = rate ? "sum" : "max";
    const { lines, note } = largest(split(series, by), (line) => values(columns(line), points.slice(-1), fold)[0]);
    this.#show(view, points, lines.map((line) => ({ name: line.name, values: values(columns(line), points, fold) })),
      note, gaugeQuery(shown.name, view.where, by, fold), shown, statisticName(name));
  }

  #show(view, points, lines, note, query, family, what = "") {
    this.chart.heading.textContent = this.chart.title + (what ? `: ${what}` : "");
    this.chart.update({ times: timesOf(family, points), range: view.range, asTable: view.asTable, lines, note, queries: one(query) });
  }
}

function nameOf(row, family) {
  for (const [name, other] of row.parts) if (other === family) return name;
  return "";
}

// statistics lists the row's that match, the highest first.
export function statistics(row, match) {
  return [...row.parts.keys()].filter((name) => match.test(name)).sort((a, b) => rank(b) - rank(a));
}

function rank(name) {
  const percentile = /^percentile_(\d+)(?:_(\d+))?$/.exec(name);
  if (percentile) return Number(`${percentile[1]}.${percentile[2] || 0}`);
  return { max: 200, median: 50, mean: 49, min: 0, rate_1min: 4, rate_5min: 3, rate_15min: 2, rate_mean: 1 }[name] ?? 0;
}

export function statisticName(name) {
  const percentile = /^percentile_(\d+)(?:_(\d+))?$/.exec(name);
  if (percentile) return "p" + Number(`${percentile[1]}.${percentile[2] || 0}`);
  return { median: "p50", rate_1min: "1 min", rate_5min: "5 min", rate_15min: "15 min", rate_mean: "mean" }[name] || name;
}

// choices are what the statistic of a row can be chosen from, where it matters.
export function choices(row, series) {
  switch (row.kind) {
    case "gauge":
    case "untyped":
      return series > 1 ? ["sum", "avg", "max", "min"].map((s) => [s, s]) : [];
    case "summary":
      return series > 1 ? quantileNames(row.lead).reverse().map((q) => [q, quantileName(q)]) : [];
    case "histogram":
      return series > 1 ? [0.99, 0.9, 0.5].map((q) => [String(q), quantileName(q)]) : [];
    case "timer":
    case "sample":
      return series > 1 ? preferred(statistics(row, PERCENTILES.match), PERCENTILES.alone).map((s) => [s, statisticName(s)]) : [];
    case "meter":
      return series > 1 ? statistics(row, RATES.match).map((s) => [s, statisticName(s)]) : [];
  }
  return [];
}

// preferred puts the one that is shown unless another is chosen first.
function preferred(names, first) { return names.includes(first) ? [first, ...names.filter((n) => n !== first)] : names; }

