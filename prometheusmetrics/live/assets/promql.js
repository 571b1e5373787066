// The query that shows the same in Prometheus.

const LEGACY_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LEGACY_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const WINDOW = "[5m]";

// quote writes a string of PromQL, which escapes as Go does.
export function quote(text) {
  let out = '"';
  for (const c of text) {
    const code = c.codePointAt(0);
    if (c === '"' || c === "\\") out += "\\" + c;
    else if (c === "\n") out += "\\n";
    else if (code < 0x20 || code === 0x7f) out += "\\x" + code.toString(16).padStart(2, "0");
    else if (/[\u0080-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/.test(c)) out += "\\u" + code.toString(16).padStart(4, "0");
    else out += c;
  }
  return out + '"';
}

// selector writes name{label="value"}, with the name inside where only UTF-8
// names allow it. A label value that was cut for its length is matched by its
// beginning.
export function selector(name, where = new Map(), more = []) {
  const matchers = [...where].map(([label, value]) => matcher(label, value)).concat(more);
  if (!LEGACY_NAME.test(name)) return `{${[quote(name), ...matchers].join(",")}}`;
  return matchers.length ? `${name}{${matchers.join(",")}}` : name;
}

function matcher(label, value) {
  const name = LEGACY_LABEL.test(label) ? label : quote(label);
  const cut = /^([^]*)… \(\d+ bytes\)$/.exec(value);
  if (cut) return `${name}=~${quote(cut[1].replace(/[\\^$.|?*+()[\]{}]/g, "\\$&") + ".*")}`;
  return `${name}=${quote(value)}`;
}

function by(labels) {
  return labels.length ? ` by (${labels.map((l) => (LEGACY_LABEL.test(l) ? l : quote(l))).join(", ")})` : "";
}

// sum adds over everything but the labels, or leaves each series alone for "*".
function sum(expression, split, aggregate = "sum") {
  if (split === "*") return expression;
  return `${aggregate}${by(split ? [split] : [])} (${expression})`;
}

export function counterQuery(name, where, split) {
  return sum(`rate(${selector(name, where)}${WINDOW})`, split);
}

export function gaugeQuery(name, where, split, aggregate) {
  return sum(selector(name, where), split, aggregate);
}

export function summaryQuery(name, where, quantile) {
  return selector(name, where, quantile === undefined ? [] : [`quantile="${quantile}"`]);
}

// suffixed adds to the name what the exposition of a family has for its parts.
export function partQuery(name, part, where, split) {
  return counterQuery(name + part, where, split);
}

export function meanQuery(name, where) {
  return `${sum(`rate(${selector(name + "_sum", where)}${WINDOW})`, "")} / ${sum(`rate(${selector(name + "_count", where)}${WINDOW})`, "")}`;
}

// quantileQuery is for a histogram, as Prometheus stores it: native ones have no
// bucket series, and classic ones need le to be kept.
export function quantileQuery(q, name, where, split, native) {
  if (native) return `histogram_quantile(${q}, ${keep(`rate(${selector(name, where)}${WINDOW})`, split, [])})`;
  return `histogram_quantile(${q}, ${keep(`rate(${selector(name + "_bucket", where)}${WINDOW})`, split, ["le"])})`;
}

export function heatQuery(name, where, native) {
  if (native) return keep(`rate(${selector(name, where)}${WINDOW})`, "", []);
  return keep(`rate(${selector(name + "_bucket", where)}${WINDOW})`, "", ["le"]);
}

function keep(expression, split, labels) {
  if (split === "*") return expression;
  return `sum${by(split ? [...labels, split] : labels)} (${expression})`;
}
