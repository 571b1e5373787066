package legacy

import "strings"

// Site is where the documentation lies.
const Site = "https://github.com/go-metrics-plus/metrics/blob/main/"

// A Page is a paragraph of the migration pages, relative to the repository.
type Page string

// Where the pages tell of what is left. A test holds them against the headings.
const (
	PageInstruments  Page = "docs/from-rcrowley.md#instruments-are-structs"
	PageSnapshots    Page = "docs/from-rcrowley.md#snapshots-are-types-of-their-own"
	PageConstructors Page = "docs/from-rcrowley.md#constructors-are-variadic"
	PageWriters      Page = "docs/from-rcrowley.md#writers-and-the-runtimes-statistics"
	PageRegistry     Page = "docs/from-rcrowley.md#what-behaves-differently"
	PageReporters    Page = "docs/from-rcrowley.md#reporters-that-export-nothing"
	PageOriginal     Page = "docs/from-go-metrics-plus.md#what-changes-in-source"
	PageDrivers      Page = "docs/from-go-metrics-plus.md#other-drivers"
	PageTool         Page = "docs/migrate.md#what-it-leaves-alone"
)

// Pages returns all of them.
func Pages() []Page {
	return []Page{
		PageInstruments, PageSnapshots, PageConstructors, PageWriters, PageRegistry, PageReporters,
		PageOriginal, PageDrivers, PageTool,
	}
}

// byMessage tells which paragraph explains a compile error that has a part; the
// first that fits counts.
var byMessage = []struct {
	part string
	page Page
}{
	{"SetRand", PageOriginal},
	{"DiskStats", PageOriginal},
	{"CPUStats", PageOriginal},
	{"NewEWMA", PageOriginal},
	{"metrics.Healthcheck", PageOriginal},
	{"prometheusmetrics.", PageOriginal},
	{Original, PageDrivers},
	{"SinkOnce", PageRegistry},
	{"Graphite", PageWriters},
	{"OpenTSDB", PageWriters},
	{"Syslog", PageWriters},
	{Rcrowley, PageReporters},
	{"...metrics.Labels", PageConstructors},
	{"Snapshot", PageSnapshots},
	{"metrics.", PageInstruments},
}

// PageOf returns the paragraph that explains a compile error of migrated code.
func PageOf(message string) Page {
	for _, known := range byMessage {
		if strings.Contains(message, known.part) {
			return known.page
		}
	}
	return PageTool
}
