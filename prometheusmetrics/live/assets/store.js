// What the page knows: families, their series, and the columns of numbers that
// the frames bring. The format is described in PROTOCOL.md.

import { Column } from "./column.js";

// KEEP is how long values are kept, the longest range that can be chosen.
const KEEP = 15 * 60e3 + 30e3;
// BUDGET is how many bytes of values are kept before that gets shorter.
const BUDGET = 192 * 2 ** 20;
const SWEEP = 64; // frames
const EXEMPLARS = 400; // of a series

// A source is one gatherer of the program, with times of its own.
class Source {
  constructor() {
    this.times = []; // of the frames from first on, in ms
    this.first = 0;
  }
  get end() { return this.first + this.times.length; } // index after the last frame
  get last() { return this.times.length ? this.times[this.times.length - 1] : 0; }
  time(i) { return this.times[i - this.first]; }

  // advance makes a new frame if time has gone on, and returns the last one's index.
  advance(time) {
    if (time > this.last) this.times.push(time);
    return this.end - 1;
  }

  // from returns the first index that is not before a time.
  from(time) {
    let [low, high] = [0, this.times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle] < time) low = middle + 1;
      else high = middle;
    }
    return this.first + low;
  }
}

export class Store {
  sources = [];
  families = new Map(); // by source and name
  version = 0; // goes up when families or series come and go
  keep = KEEP;
  #byId = []; // families by the program's numbers
  #bySlot = []; // columns by slot
  #series = new Map(); // by the number of their first slot
  #frames = 0;

  // apply takes in a frame. A key frame numbers everything anew.
  apply(frame, interrupted = false) {
    if (frame.key) this.#renumber(frame, interrupted);
    const at = frame.times.map((time, i) => this.#source(i).advance(time));
    // First what has gone, since a series may come back with other columns.
    for (const id of frame.gone || []) this.#end(this.#series.get(id), at);
    for (const family of frame.families || []) this.#addFamily(family);
    for (const series of frame.series || []) this.#addSeries(series, at);
    for (const [id, slot, name] of frame.columns || []) this.#addColumn(this.#series.get(id), slot, name, at);
    this.#setValues(frame, at);
    for (const exemplar of frame.exemplars || []) this.#addExemplar(exemplar);
    if (frame.key) this.#endOthers(at);
    if (++this.#frames % SWEEP === 0) this.#sweep();
  }

  // newest and oldest are the times of the last and the first frame of any source.
  get newest() { return Math.max(0, ...this.sources.map((s) => s.last)); }
  get oldest() { return Math.min(...this.sources.filter((s) => s.times.length).map((s) => s.times[0])); }

  #source(i) { return (this.sources[i] ??= new Source()); }

  #renumber(frame, interrupted) {
    this.#byId = [];
    this.#bySlot = [];
    this.#series = new Map();
    frame.times.forEach((time, i) => {
      const source = this.#source(i);
      if (!source.times.length) return;
      // A clock that was set back would have the curve run backwards.
      if (time < source.last - 60e3) this.#forgetSource(source);
      else if (interrupted && time > source.last) this.#interrupt(i, source.advance(source.last + 1));
    });
  }

  // #interrupt leaves a gap in all curves of a source.
  #interrupt(index, at) {
    for (const family of this.families.values()) {
      if (family.index !== index) continue;
      family.changes.push(at); // so that no rate is computed across it
      for (const series of family.series.values()) for (const column of series.columns.values()) column.set(at, NaN);
    }
  }

  #forgetSource(source) {
    source.first = source.end;
    source.times = [];
    for (const family of this.families.values()) if (family.source === source) this.families.delete(family.key);
    this.version++;
  }

  #addFamily([id, index, name, type, help, unit]) {
    let key = name;
    if (this.families.has(key) && this.families.get(key).index !== index) key = `${name}@${index}`; // two sources have it
    let family = this.families.get(key);
    if (!family || family.type !== type) {
      family = { key, index, source: this.#source(index), name, type, series: new Map(), changes: [] };
      this.families.set(key, family);
    }
    Object.assign(family, { help, unit });
    this.#byId[id] = family;
    this.version++;
  }

  #addSeries([slot, id, labels, names, slots, native], at) {
    const family = this.#byId[id];
    this.families.set(family.key, family); // it may have been forgotten for want of series
    const key = JSON.stringify(labels);
    let series = family.series.get(key);
    if (!series) {
      const pairs = [];
      for (let i = 0; i < labels.length; i += 2) pairs.push([labels[i], labels[i + 1]]);
      series = { family, key, labels: new Map(pairs), columns: new Map(), exemplars: [], born: at[family.index] };
      family.series.set(key, series);
    }
    if (series.native && native && series.native.schema !== native.schema) coarsen(series, native.schema, at[family.index]);
    Object.assign(series, { native, gone: false, announced: this.#series });
    for (const [name, column] of series.columns) if (!names.includes(name)) column.set(at[family.index], native ? 0 : NaN);
    this.#series.set(slot, series);
    names.forEach((name, i) => this.#addColumn(series, slots[i], name, at));
    this.version++;
  }

  #addColumn(series, slot, name, at) {
    let column = series.columns.get(name);
    if (!column) {
      const { index } = series.family;
      const bucket = /^[bn]:/.test(name);
      // A bucket that comes later than its series was empty before.
      column = new Column(bucket ? series.born : at[index]);
      if (bucket && series.born < at[index]) column.set(series.born, 0);
      series.columns.set(name, column);
    }
    this.#bySlot[slot] = { column, family: series.family };
  }

  #setValues({ slots, values }, at) {
    let slot = 0;
    for (let i = 0; i < slots.length; i++) {
      slot += slots[i];
      const { column, family } = this.#bySlot[slot];
      const index = at[family.index];
      const value = values[i];
      column.set(index, typeof value === "number" ? value : value === null ? NaN : value === "Inf" ? Infinity : -Infinity);
      const changes = family.changes;
      if (changes[changes.length - 1] !== index) changes.push(index);
    }
  }

  #addExemplar([id, value, time, labels]) {
    const series = this.#series.get(id);
    if (!series) return;
    const known = series.exemplars.some((e) => e.time === time && e.value === value);
    if (known) return;
    series.exemplars.push({ value, time, labels });
    if (series.exemplars.length > EXEMPLARS) series.exemplars.shift();
  }

  #end(series, at) {
    if (!series) return;
    series.gone = true;
    for (const column of series.columns.values()) column.set(at[series.family.index], NaN);
    this.version++;
  }

  // #endOthers ends the series that a key frame does not have.
  #endOthers(at) {
    for (const family of this.families.values()) {
      if (at[family.index] === undefined) continue;
      for (const series of family.series.values()) {
        if (!series.gone && series.announced !== this.#series) this.#end(series, at);
      }
    }
  }

  // #sweep forgets what is too old, and what has ended before.
  #sweep() {
    let bytes = 0;
    for (const source of this.sources) {
      const cut = source.from(source.last - this.keep);
      source.times.splice(0, cut - source.first);
      source.first = cut;
    }
    for (const [key, family] of this.families) {
      const { first } = family.source;
      let stale = 0;
      while (stale < family.changes.length - 1 && family.changes[stale + 1] < first) stale++;
      family.changes.splice(0, stale);
      for (const [id, series] of family.series) {
        let alive = !series.gone;
        for (const column of series.columns.values()) {
          column.forget(first);
          bytes += column.bytes;
          alive ||= column.at >= first;
        }
        if (!alive) family.series.delete(id), this.version++;
      }
      if (!family.series.size) this.families.delete(key), this.version++;
    }
    if (bytes > BUDGET) this.keep = Math.max(60e3, this.keep * 0.8);
  }
}

// coarsen merges the columns of native buckets when the program has gone over to
// a schema with fewer of them.
function coarsen(series, schema, at) {
  const by = series.native.schema - schema;
  const columns = [...series.columns].filter(([name]) => /^[bn]:/.test(name));
  for (const [name] of columns) series.columns.delete(name);
  if (by < 0) return; // finer than before: the old buckets can't be taken apart
  for (const [name, column] of columns) {
    const merged = name.slice(0, 2) + Math.ceil(Number(name.slice(2)) / 2 ** by);
    const known = series.columns.get(merged);
    series.columns.set(merged, known ? addColumns(known, column, at) : column);
  }
}

function addColumns(a, b, end) {
  const start = Math.min(a.first, b.first) * 64;
  const sum = new Column(start);
  sum.last = 0;
  for (let i = start; i < end; i++) sum.set(i, (a.get(i) || 0) + (b.get(i) || 0));
  return sum;
}
