package dashboards

import (
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
)

// fromText reads metrics in the text format.
func fromText(t *testing.T, text string) []*dto.MetricFamily {
	t.Helper()
	families, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// modelOf makes a model of metrics in the text format.
func modelOf(t *testing.T, text string) *model {
	t.Helper()
	config, err := Config{}.complete()
	if err != nil {
		t.Fatal(err)
	}
	return newModel(readFamilies(fromText(t, text)), config)
}
