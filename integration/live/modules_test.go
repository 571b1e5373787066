package live

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/live"
)

// The page's modules, one by one, in the browser that they are written for. Each
// expression sees the module's exports as m.
func TestModules(t *testing.T) {
	p := open(t, serve(t, newPage(t, prometheus.NewRegistry(), live.Config{})), desktop)
	const family = `((changes) => ({changes, source: {first: 0, time: (i) => i * 1000}}))`
	const column = `((values, born = 0) => { const c = new (window.column)(born); values.forEach((v, i) => c.set(born + i, v)); return c; })`
	eval[bool](p, `import("./column.js").then((m) => { window.column = m.Column; return true; })`)
	for module, cases := range map[string][]struct{ expression, want string }{
		"format.js": {
			{`[0, 1, 999, 999.9999, 1000, 12345, 0.25, 1234567, -5].map((v) => m.format(v).replaceAll("\u202f", " "))`,
				`["0","1","999","1.00 k","1 k","12.3 k","0.250","1.23 M","−5"]`},
			{`[0, 1.5, 0.0123, 0.00000025, 90, 5400].map((v) => m.format(v, m.SECONDS).replaceAll("\u202f", " "))`,
				`["0 s","1.50 s","12.3 ms","250 ns","1.50 min","1.50 h"]`},
			{`[0, 1023, 1536, 2**40].map((v) => m.format(v, m.namedUnit("bytes")).replaceAll("\u202f", " "))`, `["0 B","1 023 B","1.50 KiB","1 TiB"]`},
			{`[NaN, null, Infinity, -Infinity].map((v) => m.format(v))`, `["–","–","∞","−∞"]`},
			{`[m.format(12, m.PLAIN, true), m.format(2048, m.namedUnit("bytes"), true).replaceAll("\u202f", " "), m.format(0, m.PLAIN, true), m.format(0.25, m.namedUnit("ratio"))]`,
				`["12.0/s","2.00 KiB/s","0/s","25 %"]`},
			{`[{name: "a_seconds_total", help: "", unit: ""}, {name: "a", help: "Latency: mean of the recent sample, in milliseconds", unit: ""}, {name: "a", help: "", unit: "bytes"}, {name: "b_count", help: "", unit: ""}].map((f) => { const u = m.unitOf(f); return [u.kind, u.factor]; })`,
				`[["seconds",1],["seconds",0.001],["bytes",1],["plain",1]]`},
			{`m.visible("a\u202eb\u0000c")`, `"a\\u202eb\\u0000c"`},
		},
		"promql.js": {
			{`m.counterQuery("a_total", new Map([["code", "500"]]), "route")`, `"sum by (route) (rate(a_total{code=\"500\"}[5m]))"`},
			{`m.counterQuery("a_total", new Map(), "*")`, `"rate(a_total[5m])"`},
			{`m.gaugeQuery("a", new Map(), "", "max")`, `"max (a)"`},
			{`m.quantileQuery(0.99, "h", new Map(), "route", true)`, `"histogram_quantile(0.99, sum by (route) (rate(h[5m])))"`},
			{`m.quantileQuery(0.99, "h", new Map(), "route", false)`, `"histogram_quantile(0.99, sum by (le, route) (rate(h_bucket[5m])))"`},
			{`m.heatQuery("h", new Map(), false)`, `"sum by (le) (rate(h_bucket[5m]))"`},
			{`m.summaryQuery("s", new Map([["a", "b"]]), "0.5")`, `"s{a=\"b\",quantile=\"0.5\"}"`},
			{`m.meanQuery("s", new Map())`, `"sum (rate(s_sum[5m])) / sum (rate(s_count[5m]))"`},
			{`m.selector("my.name", new Map([["my.label", "x"]]))`, `"{\"my.name\",\"my.label\"=\"x\"}"`},
			{`m.selector("a", new Map([["l", "\"\\\n\u202e\u0001"]]))`, `"a{l=\"\\\"\\\\\\n\\u202e\\x01\"}"`},
			{`m.selector("a", new Map([["l", "x.y… (5000 bytes)"]]))`, `"a{l=~\"x\\\\.y.*\"}"`},
		},
		"column.js": {
			{`(() => { const c = new m.Column(5); c.set(5, 1); c.set(70, 2); c.set(300, 3); return [4, 5, 69, 70, 299, 300, 1000].map((i) => c.get(i)); })()`, `[null,1,1,2,2,3,3]`},
			{`(() => { const c = new m.Column(0); for (let i = 0; i < 1000; i++) c.set(i, i % 7); c.forget(500); return [c.get(100), c.get(500), c.get(999), c.chunks.length]; })()`, `[null,3,5,9]`},
			{`(() => { const c = new m.Column(0); c.set(0, 7); c.set(100000, 8); return [c.bytes < 20000, c.get(99999)]; })()`, `[true,7]`},
		},
		"derive.js": {
			{`m.samplePoints(` + family + `([0, 1, 2, 3]), 0, 4)`, `[0,1,2,3]`},                                // every frame
			{`m.samplePoints(` + family + `([0, 5, 10, 15]), 0, 16)`, `[0,2,3,4,5,10,15]`},                     // a flush every five, once that is known
			{`m.samplePoints(` + family + `([0, 1, 2]), 0, 8)`, `[0,1,2,4,5,6,7]`},                             // that falls idle
			{`m.rates([` + column + `([0, 10, 30, 5])], {time: (i) => i * 2000}, [1, 2, 3], 0)`, `[5,10,2.5]`}, // and a reset
			{`m.rates([` + column + `([0, 10]), ` + column + `([1], 1)], {time: (i) => i * 1000}, [1], 0)`, `[10]`},
			{`m.values([` + column + `([1, 2]), ` + column + `([5, 6])], [0, 1], "avg")`, `[3,4]`},
			{`[0, 0.5, 1].map((q) => m.quantile(q, [{low: 0, high: 1}, {low: 1, high: 2}, {low: 2, high: Infinity}], [5, 5, 0], false))`, `[0,1,2]`},
			{`m.quantile(0.99, [{low: 0, high: 1}, {low: 1, high: Infinity}], [1, 99], false)`, `1`},
			{`m.quantile(0.5, [{low: 1, high: 4}], [10], true)`, `2`},
			{`m.quantile(0.5, [{low: 1, high: 4}], [0], true)`, `null`},
		},
		"rows.js": {
			{`m.makeRows(new Map(["a_count", "a_mean", "a_max", "a_rate_1min", "a_rate_mean", "a_percentile_99_9", "b_count", "b_rate_1min", "c_count", "d_healthy", "e_mean"].map((name) => [name, {key: name, name, index: 0, type: "gauge", help: "", unit: "", series: new Map()}]))).map((r) => [r.name, r.kind, r.parts.size])`,
				`[["a","timer",6],["b","meter",2],["c_count","gauge",1],["d_healthy","health",1],["e_mean","gauge",1]]`},
			{`m.group(["x_a", "x_b", "y_a", "z_a", "z_b"].map((name) => ({name}))).map((g) => [g.prefix, g.rows.length])`, `[["x",2],["z",2],["",1]]`},
		},
		"store.js": {
			// A histogram that gets coarser keeps its past, and a series that has gone ends.
			{`(() => { const s = new m.Store();
				const frame = (seq, slots, values, more) => s.apply({seq, times: [seq * 1000], slots, values, ...more});
				frame(1, [0, 1, 1, 1, 1], [3, 9, 0, 1, 2], {key: true, families: [[0, 0, "h", "histogram", "", ""]], series: [[0, 0, [], ["count", "sum", "zero", "b:3", "b:4"], [0, 1, 2, 3, 4], {schema: 1, zero: 0}]]});
				frame(2, [5, 1, 1, 1], [4, 10, 0, 4], {gone: [0], series: [[5, 0, [], ["count", "sum", "zero", "b:2"], [5, 6, 7, 8], {schema: 0, zero: 0}]]});
				const h = [...s.families.get("h").series.values()];
				return [h.length, h[0].gone, h[0].columns.get("b:2").get(0), h[0].columns.get("b:2").get(1), h[0].columns.has("b:3")]; })()`, `[1,false,3,4,false]`},
			{`(() => { const s = new m.Store();
				s.apply({seq: 1, key: true, times: [1000], families: [[0, 0, "a", "gauge", "", ""]], series: [[0, 0, ["l", "x"], ["value"], [0]], [1, 0, ["l", "y"], ["value"], [1]]], slots: [0, 1], values: [1, 2]});
				s.apply({seq: 9, key: true, times: [9000], families: [[0, 0, "a", "gauge", "", ""]], series: [[0, 0, ["l", "y"], ["value"], [0]]], slots: [0], values: [5]}, true);
				return [...s.families.get("a").series.values()].map((r) => [r.labels.get("l"), r.gone, ...[0, 1, 2].map((i) => r.columns.get("value").get(i))]); })()`,
				`[["x",true,1,null,null],["y",false,2,null,5]]`},
		},
	} {
		for _, c := range cases {
			got := eval[string](p, `import("./`+module+`").then((m) => JSON.stringify(`+c.expression+`))`)
			if !sameJSON(got, c.want) {
				t.Errorf("%s: %s\n\tgives %s\n\twant  %s", module, c.expression, got, c.want)
			}
		}
	}
}

func sameJSON(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}
