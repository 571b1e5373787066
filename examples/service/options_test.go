package main

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

func TestParseOptions(t *testing.T) {
	for _, test := range []struct {
		arguments string
		want      options
		wantError string // contained in the error; "" for none
	}{
		{"", options{listen: "localhost:8080", load: 20, flush: time.Second}, ""},
		{"-listen 127.0.0.1:0 -load 0.5 -flush 0", options{listen: "127.0.0.1:0", load: 0.5}, ""},
		{"-pushgateway http://localhost:9091", options{listen: "localhost:8080", load: 20, flush: time.Second, pushgateway: "http://localhost:9091"}, ""},
		{"-layout typed -record", options{listen: "localhost:8080", load: 20, flush: time.Second, layout: prometheusmetrics.LayoutTyped, record: true}, ""},
		{"-layout gauges", options{listen: "localhost:8080", load: 20, flush: time.Second}, ""},
		{"-layout summary", options{}, "it is gauges or typed"},
		{"-load -1", options{}, "a load of -1"},
		{"-load 1001", options{}, "a load of 1001"},
		{"-load NaN", options{}, "a load of NaN"},
		{"-flush -1s", options{}, "-1s is negative"},
		{"-pushgateway localhost:9091", options{}, `"localhost:9091" is no URL`},
		{"-nonsense", options{}, "not defined: -nonsense"},
		{"serve", options{}, `unexpected arguments ["serve"]`},
	} {
		t.Run(test.arguments, func(t *testing.T) {
			got, err := parseOptions(strings.Fields(test.arguments), io.Discard)
			if test.wantError != "" {
				if err == nil || !strings.Contains(err.Error(), test.wantError) {
					t.Fatalf("got error %v, want one with %q", err, test.wantError)
				}
				return
			}
			if err != nil || got != test.want {
				t.Errorf("got %+v, %v, want %+v", got, err, test.want)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	var output bytes.Buffer
	if _, err := parseOptions([]string{"-h"}, &output); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("got error %v, want %v", err, flag.ErrHelp)
	}
	for _, name := range []string{"-listen address", "-load requests", "-flush duration", "-pushgateway URL", "-layout layout", "-record"} {
		if !strings.Contains(output.String(), name) {
			t.Errorf("the help does not tell of %q:\n%s", name, &output)
		}
	}
}
