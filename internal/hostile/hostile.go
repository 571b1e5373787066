// Package hostile has texts that try to be more than text, for the tests of everything
// that writes a metric's names, labels or help texts.
package hostile

import "strings"

// Texts are what may come as a label's value, its name, a metric's name, a help text, a
// unit or an exemplar's label. No two are the same.
var Texts = []string{
	// What ends a line, a quotation or a document.
	"a\nb", "a\r\nb", "a\rb", "a\x00b", "a\tb", "a\vb\fb", `a"b`, `a'b`, "a`b", `a\b`, `a\`, `a\\`, `a\"`,
	"a\\\nb", `a\nb`,
	"\n", "\"", `\`, " ", " a ", "\u0085", "a\u2028b\u2029c", "\n\n",
	// Another sample, in Prometheus's formats.
	"x\n# TYPE injected counter\ninjected 666\n", "x\"} 1\ninjected{l=\"y", "x\\\"} 1\ninjected{l=\\\"y",
	"# EOF", "x\n# EOF\n", "# HELP injected x", "# {injected=\"1\"} 1", "x # {trace_id=\"y\"} 1",
	// In lines of Graphite, InfluxDB and StatsD.
	"x 1 1\ninjected 666 1700000000\n", "x;injected=1", "..", ".", "/", "../../etc/passwd", "~x",
	"x,injected=1 value=666 1\n",
	"x value=666", "a,b", "a=b", `a\ b`, `x\,injected=1`, "x:666|c\ninjected:666|c", "x|#injected:1", "x|@0.1",
	"a:b", "a|b", "a#b", "#",
	// In pages, scripts, templates and YAML.
	"</script><script>injected()</script>", "<img src=x onerror=injected()>", "<!--", "]]>", "{{ .Injected }}",
	"{{", "}}", "{%",
	"$__interval", "${injected}", "$(injected)", "%s%n%d", "%0a", "&amp;", "javascript:injected()",
	"'; DROP TABLE injected; --",
	"- injected: 1", "x: !!injected", "|", ">", "&a", "*a", "@x", "|\n  injected: 1",
	"[x](http://injected.test)", "| a | b |",
	// In PromQL.
	`x"} or injected{l="`, `.*`, `.+|injected`, `x\.y`,
	// What terminals do.
	"\x1b[2J\x1b]0;injected\x07", "\x1b[31m", "\x07\b\x7f", "\u009b2J", "\u202egnp.exe", "\u2066x\u2069", "\ufeffa",
	// What is no text, or not as long as it seems.
	"\xff", "a\xc3", "b\xc0\xae\xc0\xae", "c\xed\xa0\x80", "d\xf4\x90\x80\x80", "a\ufffdb", "\u00e9", "e\u0301",
	"🙂", "日本語",
	"__name__", "le", "quantile", "job", "instance", "time", "host", "name", "NaN", "+Inf", "null", "true", "1", "-1",
	strings.Repeat("long ", 1000), strings.Repeat("é", 3000), strings.Repeat("\n", 500),
}

// Controls reports whether a text has what could steer a terminal or end a line.
func Controls(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return r < ' ' || r >= 0x7f && r < 0xa0 || strings.ContainsRune("\u2028\u2029\u202e\u2066\u2069", r)
	})
}
