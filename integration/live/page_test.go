package live

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/live"
)

// row is the text of what a row of the list shows, by its metric.
func row(name, part string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(".row")].find((r) => r.querySelector(".title").textContent === %q)?.querySelector(".%s").textContent ?? ""`, name, part)
}

// legend is the texts of a chart's legend, row by row.
const legend = `[...document.querySelectorAll(".chart:not([hidden]) .legend tbody tr")].map((r) => [...r.cells].map((c) => c.textContent))`

const queries = `[...document.querySelectorAll(".chart:not([hidden]) .query code")].map((c) => c.textContent)`

// is accepts one value.
func is[T comparable](want T) func(T) error {
	return func(got T) error {
		if got != want {
			return fmt.Errorf("gives %v, want %v", got, want)
		}
		return nil
	}
}

// A counter that goes up by n per second shows that rate, in the list, in the
// graph, and within two seconds of opening the page.
func TestRate(t *testing.T) {
	const perSecond = 50
	p := open(t, serve(t, newPage(t, newClockwork(perSecond), live.Config{})), desktop)
	await(p, row("ticks_total", "rate"), is("100/s")) // of both series
	p.do(chromedp.Click(chromedp.CSS(".row")))
	await(p, legend, func(rows [][]string) error {
		if len(rows) != 2 || rows[0][0] != `code="200"` || rows[0][1] != "50.0/s" || rows[1][2] != "50.0/s" || rows[1][3] != "50.0/s" {
			return fmt.Errorf("the legend has %q", rows)
		}
		return nil
	})
	await(p, queries, func(q []string) error { return is("rate(ticks_total[5m])")(strings.Join(q, "|")) })
	if seen := eval[float64](p, `performance.now()`); seen > 30e3 {
		t.Logf("it took %.0f ms", seen)
	}
}

// Filtering and splitting are in the address, and a link shows the same.
func TestSplitFilterAndLink(t *testing.T) {
	url := serve(t, newPage(t, newClockwork(50), live.Config{}))
	p := open(t, url+"#open=ticks_total&range=60", desktop)
	p.awaitTrue(`document.querySelectorAll(".controls select").length === 2`)
	choose := func(control, value string) {
		eval[bool](p, fmt.Sprintf(`(() => { const s = document.querySelector('[data-control=%q]'); s.value = %q; s.dispatchEvent(new Event("change")); return true; })()`, control, value))
	}
	choose("by", "-")
	await(p, legend, func(rows [][]string) error { return is("all 100/s")(strings.Join(rows[0][:2], " ")) })
	await(p, queries, func(q []string) error { return is("sum (rate(ticks_total[5m]))")(q[0]) })
	choose("by", "code")
	await(p, queries, func(q []string) error { return is("sum by (code) (rate(ticks_total[5m]))")(q[0]) })
	choose("where code", "500")
	await(p, queries, func(q []string) error { return is(`sum by (code) (rate(ticks_total{code="500"}[5m]))`)(q[0]) })
	link := eval[string](p, "location.href")
	if !strings.Contains(link, "by=code") || !strings.Contains(link, "where=code%3D500") || !strings.Contains(link, "range=60") {
		t.Errorf("the address is %s", link)
	}
	again := open(t, link, desktop)
	await(again, queries, func(q []string) error {
		if len(q) == 0 {
			return fmt.Errorf("there is no graph yet")
		}
		return is(`sum by (code) (rate(ticks_total{code="500"}[5m]))`)(q[0])
	})
	await(again, legend, func(rows [][]string) error {
		if len(rows) != 1 || rows[0][0] != `code="500"` {
			return fmt.Errorf("the legend has %q", rows)
		}
		return nil
	})
	p.do(chromedp.NavigateBack()) // each choice is a step back
	await(p, queries, func(q []string) error { return is("sum by (code) (rate(ticks_total[5m]))")(q[0]) })
}

func TestSearch(t *testing.T) {
	r := metrics.NewRegistry()
	for i := range 30 {
		metrics.GetOrRegisterCounter("cache.hits", r, metrics.Labels{"shard": strconv.Itoa(i)}).Inc(int64(i))
		metrics.GetOrRegisterCounter(fmt.Sprintf("cache.c%02d", i), r).Inc(1)
	}
	metrics.GetOrRegisterGauge("queue.length", r).Update(7)
	metrics.Describe("queue.length", r, metrics.Description{Help: "Letters that wait."})
	p := open(t, serve(t, newPage(t, newDriver(t, prometheusmetrics.Config{Registry: r, Layout: prometheusmetrics.LayoutTyped}), live.Config{})), desktop)
	await(p, `document.getElementById("found").textContent`, is("32 metrics, 61 series"))
	for _, test := range []struct{ words, found string }{
		{"queue", "1 of 32 metrics"},        // in a name
		{"LETTERS wait", "1 of 32 metrics"}, // in a help text
		{"shard=7", "1 of 32 metrics"},      // in a label
		{"cache c0", "10 of 32 metrics"},    // all words
		{"no such", "0 of 32 metrics"},
	} {
		p.do(chromedp.KeyEvent("/")) // which leads to the search
		eval[bool](p, `(document.getElementById("search").select(), true)`)
		p.do(chromedp.KeyEvent(test.words))
		await(p, `document.getElementById("found").textContent`, is(test.found))
		eval[bool](p, `(document.activeElement.blur(), true)`)
	}
	if !eval[bool](p, `!document.getElementById("nothing").hidden`) {
		t.Error("the page does not say that nothing was found")
	}
}

// Everything can be done by keyboard: into the list, to a metric, and back.
func TestKeyboard(t *testing.T) {
	p := open(t, serve(t, newPage(t, newClockwork(1), live.Config{})), desktop)
	p.awaitTrue(`document.querySelectorAll(".row").length === 1`)
	p.do(chromedp.KeyEvent("/"), chromedp.KeyEvent(kb.ArrowDown)) // into the list, which begins with a group
	await(p, `document.activeElement.id`, is("list"))
	p.do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter))
	await(p, `new URLSearchParams(location.hash.slice(1)).get("open")`, is("ticks_total"))
	if got := eval[string](p, `document.getElementById(document.getElementById("list").getAttribute("aria-activedescendant")).getAttribute("aria-selected")`); got != "true" {
		t.Errorf("the active row is selected: %s", got)
	}
	p.do(chromedp.KeyEvent(kb.Escape))
	await(p, `location.hash`, is(""))
	await(p, `document.activeElement.id`, is("list"))
}

// A page that is paused stands still, goes on keeping values, and shows them when
// it is resumed.
func TestPause(t *testing.T) {
	p := open(t, serve(t, newPage(t, newClockwork(50), live.Config{Interval: 100 * time.Millisecond})), desktop)
	await(p, row("ticks_total", "rate"), is("100/s"))
	p.do(chromedp.KeyEvent("p"))
	p.awaitTrue(`document.getElementById("status").textContent.startsWith("paused at")`)
	p.do(chromedp.Sleep(200 * time.Millisecond)) // for what was under way
	before := eval[string](p, row("ticks_total", "value"))
	requests := `performance.getEntriesByType("resource").filter((e) => e.name.includes("data?")).length`
	asked := eval[float64](p, requests)
	await(p, requests, func(n float64) error {
		if n < asked+5 {
			return fmt.Errorf("%v requests, %v before", n, asked)
		}
		return nil
	})
	if after := eval[string](p, row("ticks_total", "value")); after != before || before == "" {
		t.Errorf("paused, but went from %q to %q", before, after)
	}
	p.do(chromedp.Click(chromedp.CSS("#pause")))
	await(p, row("ticks_total", "value"), func(now string) error {
		if now == before {
			return fmt.Errorf("still %s", now)
		}
		return nil
	})
}

// The darkest cell of a heat map is where most values were recorded, and the
// pointer tells its bounds and how many.
func TestHeatMap(t *testing.T) {
	for _, test := range []struct {
		name string
		make func(t *testing.T) (prometheus.Gatherer, func(time.Duration))
	}{
		{"native", func(t *testing.T) (prometheus.Gatherer, func(time.Duration)) {
			r := metrics.NewRegistry(metrics.WithSample(func() metrics.Sample { return metrics.NewBucketSample(0.05) }))
			timer := metrics.GetOrRegisterTimer("latency", r)
			d := newDriver(t, prometheusmetrics.Config{Registry: r, Layout: prometheusmetrics.LayoutTyped, FlushInterval: 100 * time.Millisecond})
			go d.Run()
			return d, timer.Update
		}},
		{"classic", func(t *testing.T) (prometheus.Gatherer, func(time.Duration)) {
			r := prometheus.NewRegistry()
			h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "latency_seconds", Help: "Latency.", Buckets: []float64{0.001, 0.015, 0.025, 0.5, 5}})
			r.MustRegister(h)
			return r, func(d time.Duration) { h.Observe(d.Seconds()) }
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			gatherer, record := test.make(t)
			stop := make(chan struct{})
			defer close(stop)
			go func() {
				ticker := time.NewTicker(5 * time.Millisecond)
				defer ticker.Stop()
				for n := 0; ; n++ {
					select {
					case <-stop:
						return
					case <-ticker.C:
						record([]time.Duration{20, 20, 20, 20, 20, 20, 20, 20, 1, 400}[n%10] * time.Millisecond)
					}
				}
			}()
			p := open(t, serve(t, newPage(t, gatherer, live.Config{Interval: 200 * time.Millisecond})), desktop)
			p.awaitTrue(`document.querySelectorAll(".row").length > 0`)
			eval[bool](p, `(location.hash = "#range=60&open=latency_seconds", true)`)
			p.awaitTrue(`document.querySelectorAll(".chart .legend tbody tr").length >= 3`)
			await(p, darkest, func(at []float64) error { return is(2)(len(at)) })
			p.do(chromedp.KeyEvent("p")) // so that it stays where it is
			p.awaitTrue(`document.getElementById("status").textContent.startsWith("paused at")`)
			at := await(p, darkest, func(at []float64) error {
				if len(at) != 2 {
					return fmt.Errorf("no cell is dark")
				}
				return nil
			})
			p.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[0], at[1]))
			text := await(p, `document.querySelector(".tip:not([hidden]) .cell")?.textContent ?? ""`, func(text string) error {
				if text == "" {
					return fmt.Errorf("the pointer tells nothing at %v", at)
				}
				return nil
			})
			low, high := bounds(t, text)
			if low > 20 || high < 20 {
				t.Errorf("the darkest cell is %q, want one with 20 ms in it", text)
			}
		})
	}
}

// darkest finds where on the screen the heat map is darkest: the middle of the
// pixels of its last colour.
const darkest = `(() => {
	const canvas = document.querySelector(".chart canvas");
	const box = canvas.getBoundingClientRect();
	const probe = document.createElement("canvas").getContext("2d");
	probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--heat-7").trim();
	probe.fillRect(0, 0, 1, 1);
	const want = probe.getImageData(0, 0, 1, 1).data;
	const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height }).getContext("2d", { willReadFrequently: true });
	copy.drawImage(canvas, 0, 0);
	const { data, width, height } = copy.getImageData(0, 0, canvas.width, canvas.height);
	const found = [];
	for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
		const i = 4 * (y * width + x);
		if (data[i] === want[0] && data[i + 1] === want[1] && data[i + 2] === want[2]) found.push([x, y]);
	}
	if (found.length < 20) return [];
	const [x, y] = found[found.length >> 1];
	return [box.left + x / devicePixelRatio, box.top + y / devicePixelRatio];
})()`

// bounds reads "19.2 ms to 20.5 ms" in milliseconds.
func bounds(t *testing.T, text string) (low, high float64) {
	t.Helper()
	parts := strings.SplitN(strings.ReplaceAll(text, "\u202f", " "), " ms", 3)
	var err1, err2 error
	low, err1 = strconv.ParseFloat(parts[0], 64)
	if len(parts) > 1 {
		high, err2 = strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(parts[1]), "to "), 64)
	}
	if err1 != nil || err2 != nil || len(parts) < 2 {
		t.Fatalf("%q has no bounds in ms", text)
	}
	return low, high
}

// Labels and help texts are text, whatever they hold.
func TestHostileTexts(t *testing.T) {
	r := prometheus.NewRegistry()
	help := `<img src=x onerror="window.hacked = 1"><script>window.hacked = 1</script>`
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "hostile", Help: help}, []string{"l"})
	r.MustRegister(g)
	texts := []string{help, "</option></select><b>bold</b>", "a\u202egnp.exe", "\x00\x1b[31m", "`${window.hacked = 1}`", strings.Repeat("long ", 1<<18), "plain"}
	for i, text := range texts {
		g.WithLabelValues(text).Set(float64(i))
	}
	p := open(t, serve(t, newPage(t, r, live.Config{})), desktop)
	p.awaitTrue(`document.querySelectorAll(".row").length === 1`)
	for _, hash := range []string{"#open=hostile", "#open=hostile&by=l&table=1", "#q=%3Cscript%3E&open=%3Cimg%20src%3Dx%3E", "#open=hostile&where=l%3D%3Cscript%3E", "#view=health"} {
		eval[bool](p, fmt.Sprintf(`(location.hash = %q, true)`, hash))
		p.do(chromedp.Sleep(1200 * time.Millisecond)) // a frame, at least
	}
	eval[bool](p, `(location.hash = "#open=hostile", true)`)
	await(p, `document.querySelectorAll(".legend tbody tr").length`, is(float64(len(texts))))
	if eval[bool](p, `window.hacked === 1 || document.querySelectorAll("main img, main script, main b:not([class])").length > 0`) {
		t.Error("markup in a label has become markup")
	}
	shown := eval[string](p, `document.getElementById("detail").innerText`)
	for _, want := range []string{`<script>window.hacked`, `a\u202egnp.exe`, `\u0000`, "bytes)"} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is not shown", want)
		}
	}
	if strings.Contains(shown, "\u202e") {
		t.Error("a character that turns the text around is in the page")
	}
	if n := eval[float64](p, `document.documentElement.scrollWidth`); n > float64(desktop.width) {
		t.Errorf("a megabyte of label has made the page %v wide", n)
	}
}

// A server that goes away is said to have, and when it is back the page goes on,
// with a gap, as counters have begun anew.
func TestServerGoesAway(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	server := serveOn(listener, newPage(t, newClockwork(50), live.Config{}))
	p := open(t, "http://"+address+"/debug/metrics/#open=ticks_total", desktop)
	await(p, row("ticks_total", "rate"), is("100/s"))
	server.Close()
	p.awaitTrue(`/^No answer from the program since/.test(document.getElementById("notice").textContent)`)
	await(p, `document.getElementById("status").textContent`, is("no connection"))
	for err = net.ErrClosed; err != nil; { // the port may linger
		if listener, err = net.Listen("tcp", address); err != nil {
			p.do(chromedp.Sleep(100 * time.Millisecond))
		}
	}
	server = serveOn(listener, newPage(t, newClockwork(70), live.Config{})) // another process, by all that shows
	defer server.Close()
	await(p, row("ticks_total", "rate"), is("140/s"))
	p.awaitTrue(`document.getElementById("notice").hidden`)
	await(p, legend, func(rows [][]string) error { // no spike from the new beginning
		if rows[0][1] != "70.0/s" || rows[0][2] != "50.0/s" || rows[0][3] != "70.0/s" {
			return fmt.Errorf("the legend has %q", rows)
		}
		return nil
	})
	p.quiet("net::ERR_")
}

// Who is not let in is told so, and what is beyond the bounds, too.
func TestBounds(t *testing.T) {
	r := metrics.NewRegistry()
	for i := range 20 {
		metrics.GetOrRegisterCounter(fmt.Sprint("c", i), r).Inc(1)
	}
	url := serve(t, newPage(t, newDriver(t, prometheusmetrics.Config{Registry: r}), live.Config{MaxSeries: 5, MaxViewers: 1}))
	first := open(t, url, desktop)
	first.awaitTrue(`document.getElementById("notice").textContent.includes("15 series are left out of this page: Config.MaxSeries is 5.")`)
	second := open(t, url, desktop)
	second.awaitTrue(`document.getElementById("notice").textContent.includes("too many viewers: 1 are served at a time (Config.MaxViewers)")`)
	second.quiet("503")
	second.do(chromedp.Navigate("about:blank"))
	second.quiet("503")

	allowed := make(chan bool, 1)
	allowed <- true
	guarded := open(t, serve(t, newPage(t, newDriver(t, prometheusmetrics.Config{Registry: r}), live.Config{Authorize: func(*http.Request) bool {
		ok := <-allowed
		allowed <- ok
		return ok
	}})), desktop)
	guarded.awaitTrue(`document.querySelectorAll(".row").length > 0`)
	<-allowed
	allowed <- false
	guarded.awaitTrue(`document.getElementById("notice").textContent.includes("does not let you see its metrics (403)")`)
	guarded.do(chromedp.Navigate("about:blank"))
	guarded.quiet("403")
}

// The page is one screen wide on a phone, shows one thing at a time there, and
// follows the system's theme while it is open.
func TestPhoneAndThemes(t *testing.T) {
	p := open(t, serve(t, newPage(t, newClockwork(50), live.Config{})), look{width: 400, height: 800})
	p.awaitTrue(`document.querySelectorAll(".row").length === 1`)
	narrow := func() {
		t.Helper()
		if wide := eval[float64](p, `document.documentElement.scrollWidth`); wide > 400 {
			t.Errorf("the page is %v wide", wide)
		}
	}
	narrow()
	p.do(chromedp.Click(chromedp.CSS(".row")))
	p.awaitTrue(`document.querySelector(".plot canvas") !== null && document.getElementById("browse").offsetWidth === 0`)
	narrow()
	background := func() string {
		return eval[string](p, `getComputedStyle(document.body).backgroundColor`)
	}
	light := background()
	p.setDark(true)
	await(p, `getComputedStyle(document.body).backgroundColor`, func(dark string) error {
		if dark == light {
			return fmt.Errorf("it is still %s", dark)
		}
		return nil
	})
	if contrast := eval[float64](p, contrastOfText); contrast < 4.5 {
		t.Errorf("muted text has a contrast of %.2f in the dark theme, want 4.5", contrast)
	}
	p.setDark(false)
	await(p, `getComputedStyle(document.body).backgroundColor`, is(light))
	if contrast := eval[float64](p, contrastOfText); contrast < 4.5 {
		t.Errorf("muted text has a contrast of %.2f in the light theme, want 4.5", contrast)
	}
	p.do(chromedp.Click(chromedp.CSS(".close")))
	p.awaitTrue(`document.getElementById("browse").offsetWidth > 0`)
	p.do(chromedp.Click(chromedp.CSS("#toHealth")))
	p.awaitTrue(`document.querySelectorAll("#health .card").length === 4`)
	narrow()
}

// contrastOfText is that of muted text, by the formula of WCAG.
const contrastOfText = `(() => {
	const light = (colour) => colour.match(/[\d.]+/g).slice(0, 3).map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
	const muted = light(getComputedStyle(document.querySelector(".facts")).color);
	const page = light(getComputedStyle(document.body).backgroundColor);
	return (Math.max(muted, page) + 0.05) / (Math.min(muted, page) + 0.05);
})()`

// The table in place of the graph has what the graph has.
func TestTable(t *testing.T) {
	p := open(t, serve(t, newPage(t, newClockwork(50), live.Config{}))+"#open=ticks_total", desktop)
	p.awaitTrue(`document.querySelector(".plot canvas") !== null`)
	await(p, `document.querySelector(".plot").getAttribute("aria-label")`, is(`Per second: code="200" 50.0/s, code="500" 50.0/s`))
	p.do(chromedp.Click(chromedp.CSS("#table")))
	await(p, `[...document.querySelectorAll(".asTable:not([hidden]) tbody td")].slice(0, 2).map((c) => c.textContent).join()`, is("50.0/s,50.0/s"))
	if !eval[bool](p, `document.querySelector(".plotbox").hidden`) {
		t.Error("the graph is still there")
	}
}

// Timers of LayoutGauges are one row, with percentiles and rates together.
func TestTimerOfGauges(t *testing.T) {
	r := metrics.NewRegistry()
	timer := metrics.GetOrRegisterTimer("latency", r)
	for range 1000 {
		timer.Update(20 * time.Millisecond)
	}
	r.Register("ready", metrics.NewHealthcheck(func(h metrics.Healthcheck) { h.Healthy() }))
	p := open(t, serve(t, newPage(t, newDriver(t, prometheusmetrics.Config{Registry: r, FlushInterval: time.Second}), live.Config{}))+"#open=latency", desktop)
	await(p, row("latency", "value"), func(text string) error { return is("p99 20 ms")(strings.ReplaceAll(text, "\u202f", " ")) })
	await(p, `document.querySelectorAll(".row").length`, is(2.0))
	await(p, `[...document.querySelectorAll(".chart h3")].map((c) => c.textContent).join()`, is("Percentiles,Rates"))
	await(p, queries, func(q []string) error {
		return is(`{__name__=~"latency_(rate_1min|rate_5min|rate_15min|rate_mean)"}`)(q[1])
	})
	await(p, row("ready_healthy", "value"), is("✓ healthy"))
	p.do(chromedp.Click(chromedp.CSS("#toHealth")))
	p.awaitTrue(`document.querySelector(".leftOut .good") !== null && document.querySelector(".checkList .good") !== null`)
}

// 5,000 series that all change every second leave the page responsive.
func TestFiveThousandSeries(t *testing.T) {
	r := metrics.NewRegistry()
	var counters []metrics.Counter
	for i := range 5000 {
		counters = append(counters, metrics.GetOrRegisterCounter(fmt.Sprintf("group%02d.counter%d", i/200, i/4), r, metrics.Labels{"i": strconv.Itoa(i % 4)}))
	}
	d := newDriver(t, prometheusmetrics.Config{Registry: r, Layout: prometheusmetrics.LayoutTyped, FlushInterval: time.Second})
	go d.Run()
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		ticker := time.NewTicker(500 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-stop:
				return
			case <-ticker.C:
				for i, c := range counters {
					c.Inc(int64(i%7 + 1))
				}
			}
		}
	}()
	p := open(t, serve(t, newPage(t, d, live.Config{})), desktop)
	p.awaitTrue(`/1.250 metrics, 5.000 series/.test(document.getElementById("found").textContent)`)
	if rows := eval[float64](p, `document.querySelectorAll(".row").length`); rows > 60 {
		t.Errorf("%v rows are in the page, want those that can be seen", rows)
	}
	const limit = 100 * time.Millisecond
	longest := limit
	for try := 0; try < 6 && longest >= limit; try++ { // other work makes a task longer, and never shorter
		longest = p.trace(func() { eval[bool](p, busy) })
		t.Logf("the page's longest task took %.0f ms of processor time", longest.Seconds()*1e3)
	}
	if longest >= limit {
		t.Errorf("a task of the page took %v each time, want less than %v", longest, limit)
	}
}

// busy scrolls through the list, has a graph open, and searches, while frames come.
const busy = `(async () => {
	const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
	const list = document.getElementById("list");
	for (let i = 0; i < 40; i++) {
		list.scrollTop = (i * 1777) % 40000;
		await sleep(50);
	}
	location.hash = "#open=group03_counter150_total&by=i";
	await sleep(3000);
	const search = document.getElementById("search");
	for (const q of ["group1", "group1 i=3", ""]) {
		search.value = q;
		search.dispatchEvent(new Event("input"));
		await sleep(1000);
	}
	return true;
})()`

// The page asks the program for nothing while it is hidden, and once it is closed.
func TestClosedPageAsksNothing(t *testing.T) {
	var asked counter
	page := newPage(t, newClockwork(1), live.Config{Interval: 100 * time.Millisecond})
	p := open(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.add()
		page.ServeHTTP(w, r)
	})), desktop)
	p.awaitTrue(`document.querySelectorAll(".row").length === 1`)
	p.do(chromedp.Navigate("about:blank"))
	p.do(chromedp.Sleep(300 * time.Millisecond)) // for what was under way
	before := asked.get()
	p.do(chromedp.Sleep(time.Second))
	if after := asked.get(); after != before {
		t.Errorf("asked %d times after it was closed", after-before)
	}
}

// Everything that the page loads is from the program.
func TestNothingFromOutside(t *testing.T) {
	url := serve(t, newPage(t, newClockwork(1), live.Config{}))
	p := open(t, url+"#open=ticks_total", desktop)
	p.awaitTrue(`document.querySelector(".plot canvas") !== null`)
	for _, name := range eval[[]string](p, `performance.getEntriesByType("resource").map((e) => e.name)`) {
		if !strings.HasPrefix(name, url) {
			t.Errorf("the page loads %s", name)
		}
	}
	response, err := http.Get(url + "data?v=1&viewer=test")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || !json.Valid(body) {
		t.Errorf("the data is %.200q, %v", body, err)
	}
}
