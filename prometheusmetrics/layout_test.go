package prometheusmetrics

import "testing"

func TestLayoutNames(t *testing.T) {
	for layout, want := range map[Layout]string{LayoutGauges: "LayoutGauges", LayoutTyped: "LayoutTyped", 7: "Layout(7)"} {
		if got := layout.String(); got != want {
			t.Errorf("layout %d is named %s, want %s", uint8(layout), got, want)
		}
	}
}
