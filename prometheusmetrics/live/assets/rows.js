// The rows of the list. A family is a row, but for the gauges of LayoutGauges,
// which tell of one metric in up to sixteen families: those are one row, as
// go-metrics users think of them. And the groups that rows are in.

import { PLAIN, SECONDS, unitOf } from "./format.js";
import { buckets, quantile, rateNow, samplePoints, values, before, rates, every, increase } from "./derive.js";

const STATISTICS = /^(.+?)_(count|min|max|mean|sum|variance|stddev|median|percentile_\d+(?:_\d+)?|rate_1min|rate_5min|rate_15min|rate_mean)$/;

// makeRows puts the families together, sorted by name.
export function makeRows(families) {
  const bases = new Map();
  for (const family of families.values()) {
    const match = family.type === "gauge" && STATISTICS.exec(family.name);
    if (!match) continue;
    const base = match[1] + family.key.slice(family.name.length);
    if (!bases.has(base)) bases.set(base, new Map());
    bases.get(base).set(match[2], family);
  }
  const rows = [];
  const taken = new Set();
  for (const [base, parts] of bases) {
    const kind = kindOf(parts);
    if (!kind) continue;
    for (const family of parts.values()) taken.add(family);
    rows.push(new Row(base, kind, parts));
  }
  for (const family of families.values()) {
    if (!taken.has(family)) rows.push(new Row(family.key, singleKind(family), new Map([["", family]])));
  }
  return rows.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function kindOf(parts) {
  if (!parts.has("count")) return null;
  const rate = parts.has("rate_1min");
  const sample = parts.has("mean") && parts.has("max");
  if (rate && sample) return "timer";
  if (sample) return "sample";
  return rate ? "meter" : null;
}

function singleKind(family) {
  if (family.type === "gauge" && family.name.endsWith("_healthy")) return "health";
  // LayoutGauges has counters as gauges of this name.
  if (family.type === "gauge" && /: current count$/.test(family.help)) return "count";
  if (family.type === "gauge_histogram") return "histogram";
  return family.type;
}

// What the kinds are called.
export const KINDS = {
  timer: "timer", sample: "histogram", meter: "meter", count: "counter", counter: "counter", gauge: "gauge",
  health: "health", summary: "summary", histogram: "histogram", untyped: "untyped",
};

export class Row {
  #haystack = "";
  #haystackOf = -1;

  constructor(name, kind, parts) {
    this.name = name;
    this.kind = kind;
    this.parts = parts; // families by statistic, "" for the only one
    this.lead = parts.get("") || parts.get("median") || parts.get("rate_1min") || parts.get("count");
    this.unit = this.#unit();
  }

  #unit() {
    if (this.kind === "count" || this.kind === "health") return PLAIN;
    if (this.kind === "meter") return PLAIN;
    const unit = unitOf(this.parts.get("mean") || this.lead);
    if (this.kind === "timer" && unit.kind !== "seconds") return { ...SECONDS, factor: 1e-9 };
    return unit;
  }

  // rateUnit is what is counted per second.
  get rateUnit() { return this.kind === "counter" ? this.unit : PLAIN; }

  get help() { return this.parts.has("") ? this.lead.help : this.lead.help.replace(/: [^:]*$/, ""); }

  // series are those of the family that stands for the row.
  get series() { return this.lead.series; }

  // count is how many series Prometheus would store of it.
  get count() {
    let n = 0;
    for (const family of this.parts.values()) for (const s of family.series.values()) n += cardinality(s);
    return n;
  }

  // matches reports whether all words are in name, help or labels.
  matches(words, version) {
    if (this.#haystackOf !== version) {
      const texts = [this.name, this.help];
      for (const s of this.series.values()) for (const [n, v] of s.labels) texts.push(`${n}=${v}`);
      this.#haystack = texts.join("\n").toLowerCase();
      this.#haystackOf = version;
    }
    return words.every((word) => this.#haystack.includes(word));
  }

  // now is what the list shows of the row up to frame end of its source.
  now(end, points) {
    const family = this.lead;
    const all = [...family.series.values()];
    const first = Math.max(family.source.first, end - points);
    const frames = every(first, end);
    switch (this.kind) {
      case "counter":
      case "count": {
        const columns = all.map((s) => s.columns.get("value"));
        return { value: values(columns, [end - 1])[0], rate: rateNow(columns, family, end), rated: true, curve: rateCurve(columns, family, first, end) };
      }
      case "summary": {
        const name = [...(all[0]?.columns.keys() || [])].filter((c) => c.startsWith("q:")).at(-1);
        const columns = all.map((s) => s.columns.get(name)).filter(Boolean);
        return {
          value: values(columns, [end - 1], "max")[0], of: name && quantileName(name.slice(2)),
          rate: rateNow(all.map((s) => s.columns.get("count")), family, end), rated: true, curve: values(columns, frames, "max"),
        };
      }
      case "histogram":
        return { ...this.#histogramNow(all, family, first, end), rated: true };
      case "timer":
      case "sample":
        return this.#sampleNow(end, frames);
      case "meter": {
        const curve = this.#statistic("rate_1min", frames, "sum");
        return { value: this.#statistic("count", [end - 1], "sum")[0], rate: curve.at(-1), rated: true, curve };
      }
    }
    const columns = all.map((s) => s.columns.get("value"));
    const fold = this.kind === "health" ? "min" : "sum";
    const curve = values(columns, frames, fold);
    return { value: curve.at(-1), of: all.length > 1 && this.kind !== "health" ? "Σ" : "", rate: null, rated: false, curve };
  }

  #statistic(name, frames, fold) {
    const family = this.parts.get(name);
    if (!family) return frames.map(() => null);
    return values([...family.series.values()].map((s) => s.columns.get("value")), frames, fold);
  }

  #sampleNow(end, frames) {
    const name = this.parts.has("percentile_99_0") ? "percentile_99_0" : "max";
    const curve = this.#statistic(name, frames, "max");
    const rate = this.kind === "timer" ? this.#statistic("rate_1min", [end - 1], "sum")[0] : this.#growth(end);
    return { value: curve.at(-1), of: name === "max" ? "max" : "p99", rate, rated: true, curve };
  }

  #growth(end) {
    const family = this.parts.get("count");
    return rateNow([...family.series.values()].map((s) => s.columns.get("value")), family, end);
  }

  #histogramNow(all, family, first, end) {
    const columns = all.map((s) => s.columns.get("count"));
    const list = buckets(all);
    const since = Math.max(first, end - 16); // of the last few frames, to be of now
    const counts = list.map((b) => {
      let n = 0;
      for (const c of b.columns) n += increase(c.get(since) || 0, c.get(end - 1)) || 0;
      return n;
    });
    return {
      value: quantile(0.99, list, counts, all.some((s) => s.native)), of: "p99",
      rate: rateNow(columns, family, end), curve: rateCurve(columns, family, first, end),
    };
  }
}

function rateCurve(columns, family, first, end) {
  const points = samplePoints(family, first + 1, end);
  if (!points.length) return [];
  const previous = before(family, points);
  return rates(columns, family.source, points, Math.max(previous, first));
}

// quantileName is what people call a quantile: p99.9 for 0.999.
export function quantileName(q) {
  if (Number(q) === 0) return "min";
  if (Number(q) === 1) return "max";
  return "p" + Number((q * 100).toPrecision(6));
}

function cardinality(series) {
  if (series.gone) return 0;
  if (series.native) return 1;
  let n = 0;
  for (const name of series.columns.keys()) if (name !== "zero") n++;
  return n;
}

// group puts rows under the prefix that they share, taking one word more where a
// group would be most of the list. Rows that share none come last.
export function group(rows, depth = 1) {
  const groups = new Map();
  for (const row of rows) {
    const words = row.name.split("_");
    const prefix = words.slice(0, Math.min(depth, Math.max(words.length - 1, 1))).join("_");
    if (!groups.has(prefix)) groups.set(prefix, []);
    groups.get(prefix).push(row);
  }
  const found = [];
  const others = [];
  for (const [prefix, members] of groups) {
    if (members.length === 1) others.push(...members);
    else if (members.length > 40 && depth < 4) found.push(...group(members, depth + 1));
    else found.push({ prefix, rows: members });
  }
  if (others.length && depth === 1) found.push({ prefix: "", rows: others });
  else if (others.length) found.push({ prefix: others[0].name.split("_").slice(0, depth - 1).join("_"), rows: others });
  return found;
}
