package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-for", "50ms", "-interval", "10ms"}, &out); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		`shop_orders_total{instance="`, `,payment="card"} `, "shop_stock{", "native histogram of ", " has ended\n",
		"by remote write 2.0\n",
	} {
		if !strings.Contains(out.String(), text) {
			t.Errorf("nothing says %q in\n%s", text, &out)
		}
	}
}

func TestFailure(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	var out bytes.Buffer
	err := run(t.Context(), []string{"-for", "1ms", "-url", server.URL}, &out)
	if err == nil || !strings.Contains(err.Error(), "status 404") {
		t.Errorf("got %v", err)
	}
	for _, arguments := range [][]string{{"-nonsense"}, {"-url", "nowhere"}} {
		if err := run(t.Context(), arguments, &out); err == nil {
			t.Errorf("%q: no error", arguments)
		}
	}
}
