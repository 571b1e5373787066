package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	var out bytes.Buffer
	if err := run(&out); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"shop_orders_count 100",
		"shop_stock_gauge 1900",
		"shop_checkout_latency_count 100",
		"shop_checkout_latency_max 1e+08",
		"shop_order_items_mean 5.5",
		"# checkout.latency is a timer",
	} {
		if !strings.Contains(out.String(), "\n"+line+"\n") {
			t.Errorf("no line %q", line)
		}
	}
}
