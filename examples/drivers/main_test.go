package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Without an address the lines are printed.
func TestPrints(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	var output bytes.Buffer
	if err := run(ctx, []string{"-interval", "50ms"}, &output); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`example.balance:0\|g\nexample.balance:-[0-9.]+\|g|example.balance:[0-9.]+\|g`,
		`example.orders_total:[1-9]\|c\|#paid_by:(card|transfer)`,
		`example.payment_seconds_count:1\|c`,
		`example.payment_seconds_bucket:1\|c\|#le:\+Inf`,
	} {
		if !regexp.MustCompile(line).MatchString(output.String()) {
			t.Errorf("no line %s in\n%s", line, &output)
		}
	}
}

func TestArguments(t *testing.T) {
	for want, arguments := range map[string][]string{
		"unexpected arguments":       {"there"},
		"influxdb: Config.URL: ":     {"-influxdb", "ftp://there/write"},
		"graphite: Config.Address: ": {"-graphite", "http://there"},
		"statsd: Config.Address: ":   {"-statsd", "http://there"},
		"statsd: Config.Interval: ":  {"-statsd", "there", "-interval", "-1s"},
	} {
		err := run(t.Context(), arguments, &bytes.Buffer{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", arguments, err)
		}
	}
	if err := run(t.Context(), []string{"-h"}, &bytes.Buffer{}); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h: %v", err)
	}
}
