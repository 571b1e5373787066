package legacy

import "strings"

// Site is where the documentation lies.
const Site = "https://github.com/go-metrics-plus/metrics/blob/main/"

// A Page is a paragraph of the migration pages, relative to the repository.
type Page string

// Where the pages tell of what is left. A test holds them against the headings.
const (
	PageSource    Page = "docs/from-rcrowley.md#what-changes-in-source"
	PageMigration Page = "docs/from-rcrowley.md#migration"
	PageOriginal  Page = "docs/from-go-metrics-plus.md#what-changes-in-source"
	PageDriver    Page = "docs/from-go-metrics-plus.md#migration"
	PageTool      Page = "docs/migrate.md#what-it-leaves-alone"
)

// Pages returns all of them.
func Pages() []Page { return []Page{PageSource, PageMigration, PageOriginal, PageDriver, PageTool} }

// PageOf returns the paragraph that explains a compile error of migrated code.
func PageOf(message string) Page {
	for _, known := range []struct {
		part string
		page Page
	}{
		{Original, PageOriginal},
		{"prometheusmetrics.", PageDriver},
		{"SetRand", PageOriginal},
		{"DiskStats", PageOriginal},
		{"CPUStats", PageOriginal},
		{"NewEWMA", PageOriginal},
		{"WithLabels", PageOriginal},
		{Rcrowley, PageMigration},
		{"metrics.", PageSource},
	} {
		if strings.Contains(message, known.part) {
			return known.page
		}
	}
	return PageTool
}
