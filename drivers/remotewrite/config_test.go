package remotewrite

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestConfigErrors(t *testing.T) {
	for _, test := range []struct {
		config Config
		want   string
	}{
		{Config{}, "Config.URL: "},
		{Config{URL: "localhost:9090/api/v1/write"}, "Config.URL: "},
		{Config{URL: "http://"}, "Config.URL: "},
		{Config{URL: "http://a b/"}, "Config.URL: the address can't be parsed"},
		{Config{URL: address, Interval: -1}, "Config.Interval: -1ns is negative"},
		{Config{URL: address, Timeout: -1}, "Config.Timeout: -1ns is negative"},
		{Config{URL: address, Version: 3}, "Config.Version: Version(3) is unknown"},
		{Config{URL: address, Histograms: 4}, "Config.Histograms: 4 is unknown"},
		{Config{URL: address, SamplesPerRequest: -1}, "Config.SamplesPerRequest: -1 is negative"},
		{Config{URL: address, QueueSamples: -1}, "Config.QueueSamples: -1 is negative"},
		{Config{URL: address, BearerToken: "a", Password: "b"}, "Config.BearerToken: there is"},
		{Config{URL: address, Labels: map[string]string{"__name__": "a"}}, `Config.Labels: "__name__" is reserved`},
		{Config{URL: address, Labels: map[string]string{"": "a"}}, `Config.Labels: "" is reserved or no name`},
		{Config{URL: address, Labels: map[string]string{"le": "1"}}, "Config.Labels: le is the label of buckets"},
		{Config{URL: address, Labels: map[string]string{"a": "\xff"}}, "which is not UTF-8"},
	} {
		_, err := New(test.config)
		var typed *ConfigError
		if !errors.As(err, &typed) || !strings.HasPrefix(err.Error(), "remotewrite: ") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: got %v, want %q", test.config, err, test.want)
		}
	}
}

func TestExternalLabels(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Skip("the host has no name: ", err)
	}
	program := filepath.Base(os.Args[0])
	for _, test := range []struct {
		labels map[string]string
		want   string
	}{
		{nil, `{instance="` + host + `",job="` + program + `"}`},
		{map[string]string{"job": "j", "instance": ""}, `{job="j"}`},
		{map[string]string{"zone": "z", "instance": "i", "job": "j"}, `{instance="i",job="j",zone="z"}`},
	} {
		labels, err := Config{Labels: test.labels}.external()
		if got := describe(labels); got != test.want || err != nil {
			t.Errorf("%v became %s, %v, want %s", test.labels, got, err, test.want)
		}
	}
}

func TestVersionString(t *testing.T) {
	for version, want := range map[Version]string{VersionAuto: "auto", Version1: "1.0", Version2: "2.0", 7: "Version(7)"} {
		if got := version.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
