// Which lines a chart has: series filtered, and split by a label.

export const MOST_LINES = 24;

// chosen returns the series that the filter leaves.
export function chosen(family, where) {
  const found = [];
  for (const series of family.series.values()) {
    let fits = true;
    for (const [name, value] of where) if ((series.labels.get(name) ?? "") !== value) fits = false;
    if (fits) found.push(series);
  }
  return found;
}

// split puts series into lines: one for all, one for each value of a label, or
// one for each series ("*").
export function split(series, by) {
  const lines = new Map();
  for (const s of series) {
    const name = by === "*" ? describe(s.labels) : by ? `${by}="${s.labels.get(by) ?? ""}"` : "all";
    if (!lines.has(name)) lines.set(name, []);
    lines.get(name).push(s);
  }
  return [...lines].map(([name, members]) => ({ name, series: members }));
}

// largest keeps the lines with the largest values now, in the order of their names,
// so that they do not change places. What fits in is kept as it is.
export function largest(lines, valueOf, most = MOST_LINES) {
  if (lines.length <= most) return { lines, note: "" };
  const ranked = lines.map((line) => ({ line, value: valueOf(line) ?? -Infinity })).sort((a, b) => b.value - a.value);
  const kept = new Set(ranked.slice(0, most).map(({ line }) => line));
  return {
    lines: lines.filter((line) => kept.has(line)),
    note: `${most} of ${lines.length} lines, those with the largest values. Filter by a label, or split by another.`,
  };
}

// describe names a series by its labels.
export function describe(labels) {
  return [...labels].map(([n, v]) => `${n}="${v}"`).join(", ") || "value";
}

// labelNames returns the names that differ or could be filtered by, with their values.
export function labelNames(family) {
  const names = new Map();
  for (const series of family.series.values()) {
    for (const [name, value] of series.labels) {
      if (!names.has(name)) names.set(name, new Set());
      names.get(name).add(value);
    }
  }
  return names;
}
