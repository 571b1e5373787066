// What is drawn, from what was counted: rates, sums over series, quantiles.

const MOST_PATIENT = 20; // frames

// samplePoints returns the frames between from and to at which the family counts
// as read. A driver behind a Prometheus registry flushes every few frames, and in
// between its counters stand still without anything standing still; so frames
// without any change count only once it has been quiet for longer than usual.
export function samplePoints(family, from, to) {
  const points = [];
  const { changes } = family;
  let at = changes.findIndex((i) => i >= from);
  if (at < 0) at = changes.length;
  let last = at > 0 ? changes[at - 1] : from - 1;
  let gap = at > 1 ? changes[at - 1] - changes[at - 2] : 1;
  for (let i = from; i < to; i++) {
    if (changes[at] === i) {
      gap = Math.max(i - last, Math.floor(gap * 0.7), 1);
      if (points.length && points[points.length - 1] > last) gap = Math.max(1, Math.floor(gap * 0.7)); // it was idle
      last = i;
      at++;
      points.push(i);
    } else if (i - last > Math.min(gap <= 1 ? 1 : Math.ceil(1.5 * gap), MOST_PATIENT)) {
      points.push(i);
    }
  }
  return points;
}

// every returns all frames between from and to.
export function every(from, to) {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

// before is the sample point that comes before the first of points.
export function before(family, points) {
  const { changes } = family;
  for (let i = changes.length - 1; i >= 0; i--) if (changes[i] < points[0]) return changes[i];
  return points[0] - 1;
}

// increase is how much a counter has grown; one that went down began anew.
export function increase(previous, now) {
  return now >= previous ? now - previous : now < previous ? now : NaN;
}

// rates returns the growth per second of the columns together, at each point
// since the one before. A column that was not there before adds nothing.
export function rates(columns, source, points, previous) {
  const out = new Array(points.length).fill(null);
  const sums = new Float64Array(points.length);
  const counted = new Uint8Array(points.length);
  for (const column of columns) {
    let last = column.get(previous);
    for (let k = 0; k < points.length; k++) {
      const value = column.get(points[k]);
      const grown = increase(last, value);
      last = value;
      if (Number.isNaN(grown)) continue;
      sums[k] += grown;
      counted[k] = 1;
    }
  }
  for (let k = 0; k < points.length; k++) {
    const since = source.time(k ? points[k - 1] : previous);
    const seconds = (source.time(points[k]) - since) / 1e3;
    if (counted[k] && seconds > 0) out[k] = sums[k] / seconds;
  }
  return out;
}

// rateNow is the last of the rates.
export function rateNow(columns, family, end) {
  const points = samplePoints(family, Math.max(family.source.first + 1, end - MOST_PATIENT - 2), end);
  if (!points.length) return null;
  const last = points.slice(-1);
  const previous = points.length > 1 ? points[points.length - 2] : before(family, points);
  if (previous < family.source.first) return null;
  return rates(columns, family.source, last, previous)[0];
}

const FOLDS = {
  sum: (a, b) => a + b,
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
};

// values returns the columns' values together at each point.
export function values(columns, points, aggregate = "sum") {
  const fold = FOLDS[aggregate === "avg" ? "sum" : aggregate];
  const out = new Array(points.length).fill(null);
  for (let k = 0; k < points.length; k++) {
    let n = 0;
    let folded = 0;
    for (const column of columns) {
      const value = column.get(points[k]);
      if (Number.isNaN(value)) continue;
      folded = n++ ? fold(folded, value) : value;
    }
    if (n) out[k] = aggregate === "avg" ? folded / n : folded;
  }
  return out;
}

// buckets lists the buckets of some histograms together, in order: each with its
// bounds and the columns that count for it. Native ones of different schemas meet
// at the coarsest.
export function buckets(all) {
  const natives = all.filter((s) => s.native);
  const schema = Math.min(...natives.map((s) => s.native.schema));
  const found = new Map();
  const put = (key, low, high, column) => {
    if (!found.has(key)) found.set(key, { low, high, columns: [] });
    found.get(key).columns.push(column);
  };
  for (const series of all) {
    if (series.native) putNative(series, schema, put);
    else putClassic(series, put);
  }
  return [...found.values()].sort((a, b) => a.high - b.high || a.low - b.low);
}

function putNative(series, schema, put) {
  const bound = (i) => 2 ** (i / 2 ** schema);
  for (const [name, column] of series.columns) {
    const sign = name[0];
    if (name === "zero") {
      put("zero", -series.native.zero, series.native.zero, column);
    } else if (name[1] === ":") {
      const index = Math.ceil(Number(name.slice(2)) / 2 ** (series.native.schema - schema));
      if (sign === "b") put("b" + index, bound(index - 1), bound(index), column);
      else put("n" + index, -bound(index), -bound(index - 1), column);
    }
  }
}

function putClassic(series, put) {
  let low = null;
  for (const [name, column] of series.columns) {
    if (!name.startsWith("le:")) continue;
    const high = name === "le:+Inf" ? Infinity : Number(name.slice(3));
    put("le" + high, low ?? (high > 0 ? 0 : -Infinity), high, column);
    low = high;
  }
}

// quantile estimates one from counts by bucket, as histogram_quantile does: evenly
// within classic buckets, and exponentially within native ones.
export function quantile(q, list, counts, native) {
  let total = 0;
  for (const count of counts) total += count;
  if (!(total > 0)) return null;
  const rank = q * total;
  let below = 0;
  let i = 0;
  for (; i < list.length - 1 && below + counts[i] < rank; i++) below += counts[i];
  while (i > 0 && counts[i] === 0) i--; // only rounding leads there
  const { low, high } = list[i];
  if (high === Infinity) return Number.isFinite(low) ? low : null;
  if (low === -Infinity) return high;
  const share = Math.min(1, Math.max(0, (rank - below) / (counts[i] || 1)));
  if (native && low > 0) return low * (high / low) ** share;
  if (native && high < 0) return -(-low * (high / low) ** share);
  return low + (high - low) * share;
}
