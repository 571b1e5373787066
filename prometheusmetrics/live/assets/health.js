// The page of health: what is unhealthy, what is left out and why, how the flushes
// go, and which names have the most series.

import { foreign, h } from "./dom.js";
import { ago, format, integer, SECONDS } from "./format.js";
import { describe } from "./lines.js";

const MOST_NAMES = 25;
const EVERY = 3e3; // ms between two questions to the driver

export class Health {
  #asked = 0;
  #report = null;
  #problem = "";

  constructor(root, store, feed) {
    Object.assign(this, { root, store, feed });
    this.parts = Object.fromEntries(["checks", "drivers", "leftOut", "names"].map((name) => [name, h("section", { class: "card " + name })]));
    root.append(h("h2", { tabindex: "-1" }, "Health"), h("div", { class: "cards" }, ...Object.values(this.parts)));
  }

  update(rows, answer) {
    this.#ask();
    this.#checks(rows);
    this.#drivers(answer);
    this.#leftOut();
    this.#names(rows);
  }

  async #ask() {
    if (Date.now() - this.#asked < EVERY) return;
    this.#asked = Date.now();
    try {
      this.#report = await this.feed.health();
      this.#problem = this.#report.error || "";
    } catch (error) {
      this.#problem = error.message;
    }
  }

  #checks(rows) {
    const checks = [];
    for (const row of rows) {
      if (row.kind !== "health") continue;
      for (const series of row.series.values()) {
        if (!series.gone) checks.push({ name: row.name, labels: describe(series.labels), healthy: series.columns.get("value").last === 1 });
      }
    }
    checks.sort((a, b) => a.healthy - b.healthy);
    fill(this.parts.checks, "Health checks",
      checks.length === 0 ? h("p", { class: "muted" }, "No metric of this program is a health check.")
        : h("ul", { class: "checkList" }, ...checks.map((c) => h("li", { class: c.healthy ? "good" : "bad" },
          h("b", {}, c.healthy ? "✓ healthy" : "✗ unhealthy"), " ", foreign(c.name), c.labels === "value" ? "" : [" ", foreign(c.labels, "muted")]))));
  }

  #drivers(answer) {
    const facts = [];
    for (const d of this.#report?.drivers || []) {
      if (d.last_flush) facts.push(["Last flush", `${ago(Date.now() - d.last_flush)} ago`]);
      if (d.last_flush) facts.push(["It took", format(d.flush_duration / 1e3, SECONDS)]);
      facts.push(["Every", d.flush_interval ? format(d.flush_interval / 1e3, SECONDS) : "scrape"]);
      if (d.metrics) facts.push(["Metrics", integer(d.metrics)]);
      if (d.last_flush) facts.push(["Series exposed", d.max_series ? bar(d.series, d.max_series, "MaxSeries") : `${integer(d.series)}, no limit`]);
    }
    facts.push(["Series on this page", bar(answer.shown, answer.max_series, "live.Config.MaxSeries")]);
    if (answer.left) facts.push(["Left out of this page", integer(answer.left)]);
    fill(this.parts.drivers, "Flushes and series", h("dl", {}, ...facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
      this.#problem ? h("p", { class: "bad" }, this.#problem) : "",
      this.#report && !this.#report.drivers.length ? h("p", { class: "muted" }, "This gatherer is not a driver, so it does not tell about flushes.") : "");
  }

  #leftOut() {
    const drivers = this.#report?.drivers || [];
    const problems = drivers.flatMap((d) => d.problems);
    const total = drivers.reduce((n, d) => n + d.left_out, 0);
    const suspect = drivers.reduce((n, d) => n + d.suspect, 0);
    const dropped = drivers.reduce((n, d) => n + d.dropped, 0);
    const rows = problems.slice(0, 200).map((p) => h("tr", {}, h("td", {}, foreign(p.metric)), h("td", {}, p.reason), h("td", {}, foreign(p.error))));
    fill(this.parts.leftOut, "Left out by the driver",
      !drivers.length ? h("p", { class: "muted" }, "Only a driver tells what it leaves out.")
        : !total && !suspect ? h("p", { class: "good" }, "✓ Nothing: every metric is exposed." + (dropped ? ` Rules drop ${integer(dropped)}.` : ""))
          : [total ? h("p", { class: "bad" }, total === 1 ? "✗ One metric is left out." : `✗ ${integer(total)} metrics are left out.`) : "",
            suspect ? h("p", { class: "bad" }, `✗ ${integer(suspect)} exposed, but not to be trusted.`) : "",
            h("table", { class: "values" }, h("thead", {}, h("tr", {}, ...["metric", "reason", "error"].map((t) => h("th", { scope: "col" }, t)))), h("tbody", {}, ...rows)),
            total + suspect > rows.length ? h("p", { class: "muted" }, `and ${integer(total + suspect - rows.length)} more`) : ""]);
  }

  #names(rows) {
    const counted = rows.map((row) => ({ row, n: row.count })).sort((a, b) => b.n - a.n).slice(0, MOST_NAMES);
    const most = counted[0]?.n || 1;
    fill(this.parts.names, "Names with the most series", h("table", { class: "values names" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "metric"), h("th", { scope: "col", class: "number", colspan: "2" }, "series in Prometheus"))),
      h("tbody", {}, ...counted.map(({ row, n }) => h("tr", {},
        h("td", {}, h("a", { href: "#open=" + encodeURIComponent(row.name) }, foreign(row.name))),
        h("td", { class: "number" }, integer(n)),
        h("td", { class: "share" }, h("meter", { min: 0, max: most, value: n, "aria-hidden": "true" })))))));
  }
}

function fill(section, title, ...children) {
  section.replaceChildren(h("h3", {}, title), ...children.flat().filter(Boolean));
}

function bar(n, most, name) {
  return h("span", { class: "bar" }, h("meter", { min: 0, max: most, high: most * 0.9, value: n, "aria-label": `${n} of ${most}` }),
    ` ${integer(n)} of ${integer(most)} (${name})`);
}
