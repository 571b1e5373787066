// Numbers as people read them: three significant digits, with the unit's own
// prefixes. Everything here is a pure function.

const SI = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""], [1e-3, "m"], [1e-6, "µ"], [1e-9, "n"]];
const BINARY = [[2 ** 60, "Ei"], [2 ** 50, "Pi"], [2 ** 40, "Ti"], [2 ** 30, "Gi"], [2 ** 20, "Mi"], [2 ** 10, "Ki"], [1, ""]];
const TIMES = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"], [1e-3, "ms"], [1e-6, "µs"], [1e-9, "ns"]];

// How many seconds the units of LayoutGauges have, as its help texts call them.
const DURATIONS = {
  nanoseconds: 1e-9, microseconds: 1e-6, milliseconds: 1e-3, seconds: 1, minutes: 60, hours: 3600,
};

// A unit is { kind, factor }: the value times factor is in seconds, bytes or a
// ratio, or in whatever the metric counts.
export const PLAIN = { kind: "plain", factor: 1, name: "" };
export const SECONDS = { kind: "seconds", factor: 1, name: "seconds" };

// unitOf finds a family's unit: the declared one, the one that its help text ends
// in, or the one in its name.
export function unitOf(family) {
  const said = /, in ([a-z]+)( squared)?$/.exec(family.help);
  if (said && said[2]) return { kind: "plain", factor: 1, name: said[1] + "²" };
  if (said && DURATIONS[said[1]]) return { kind: "seconds", factor: DURATIONS[said[1]], name: said[1] };
  const base = family.name.replace(/_(total|sum|bucket|count|created)$/, "");
  const name = family.unit || (said && said[1]) || (/_(seconds|milliseconds|microseconds|nanoseconds|bytes|ratio|percent)$/.exec(base) || [])[1] || "";
  return namedUnit(name);
}

export function namedUnit(name) {
  if (DURATIONS[name]) return { kind: "seconds", factor: DURATIONS[name], name };
  if (name === "bytes") return { kind: "bytes", factor: 1, name };
  if (name === "ratio") return { kind: "ratio", factor: 100, name };
  return { kind: "plain", factor: 1, name };
}

// isMoment reports whether a gauge holds a time of the calendar.
export function isMoment(family, value) {
  return /_timestamp(_seconds|_gauge)?$|_time_seconds$/.test(family.name) && value > 1e9 && value < 4e9;
}

// format writes a value with its unit; rate adds "/s".
export function format(value, unit = PLAIN, rate = false) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const scaled = value * unit.factor;
  const per = rate ? "/s" : "";
  switch (unit.kind) {
    case "seconds":
      return withPrefix(scaled, TIMES, per, rate); // seconds per second are how busy something is
    case "bytes":
      return withPrefix(scaled, BINARY, "B" + per, rate);
    case "ratio":
      return digits(scaled, rate) + " %" + per;
  }
  return withPrefix(scaled, SI, per, rate);
}

function withPrefix(value, prefixes, suffix, rate) {
  const size = Math.abs(value);
  if (size === 0) return ("0 " + (prefixes === TIMES ? "s" : "") + suffix).trim().replace(/^0 \//, "0/");
  // Rounding first, so that 999.9996 becomes 1 k rather than 1000.
  let [factor, prefix] = prefixes.find(([f]) => size >= f * 0.9995) || prefixes.at(-1);
  if (prefixes === SI && size < 0.9995 && size >= 0.001) [factor, prefix] = [1, ""]; // 0.25 rather than 250 m
  const unit = prefix + suffix;
  if (unit === "") return digits(value / factor, rate);
  return digits(value / factor, rate) + (unit.startsWith("/") ? "" : "\u202f") + unit;
}

// tick writes a value of an axis, which is round and keeps its place.
export function tick(value, unit, rate) {
  return format(value, unit, rate).replace(/\.0+(?=[^0-9]|$)/, "");
}

// digits writes three significant ones; those of an integer without any point,
// unless it is a rate, which only happens to be one for a moment.
export function digits(value, rate = false) {
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString("en").replaceAll(",", "\u202f").replace("-", "−");
  if (Number.isInteger(value) && (!rate || value === 0)) return String(value).replace("-", "−");
  const rounded = Math.abs(Number(value.toPrecision(3)));
  const places = rounded >= 100 ? 0 : rounded >= 10 ? 1 : rounded >= 1 ? 2 : rounded >= 0.1 ? 3 : 4;
  const text = rounded < 0.001 ? value.toPrecision(3) : value.toFixed(places);
  return text.replace("-", "−");
}

// exact writes all that is known of a value, for who hovers over it.
export function exact(value, unit = PLAIN, rate = false) {
  if (value === null || value === undefined || !Number.isFinite(value)) return format(value, unit, rate);
  const short = format(value, unit, rate);
  const long = Number.isInteger(value) ? value.toLocaleString("en").replaceAll(",", "\u202f") : String(Number(value.toPrecision(9)));
  return long === short ? short : `${short} (${long})`;
}

// integer writes a count in full.
export function integer(n) {
  return Math.round(n).toLocaleString("en").replaceAll(",", "\u202f");
}

export function clock(ms) {
  const d = new Date(ms);
  return [d.getHours(), d.getMinutes(), d.getSeconds()].map((n) => String(n).padStart(2, "0")).join(":");
}

export function ago(ms) {
  if (ms < 90e3) return `${Math.max(0, Math.round(ms / 1e3))} s`;
  if (ms < 5400e3) return `${Math.round(ms / 60e3)} min`;
  return `${Math.round(ms / 3600e3)} h`;
}

// visible replaces characters that can't be seen or that turn the text around, so
// that what a label holds can be told from what it looks like.
export function visible(text) {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
}
