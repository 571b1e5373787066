package remotewrite

import (
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
		{Config{}, "is no http or https address"},
		{Config{URL: "localhost:9090/api/v1/write"}, "is no http or https address"},
		{Config{URL: "http://"}, "is no http or https address"},
		{Config{URL: "http://a b/"}, "can't be parsed"},
		{Config{URL: address, Interval: -1}, "interval -1ns is negative"},
		{Config{URL: address, Timeout: -1}, "timeout -1ns is negative"},
		{Config{URL: address, Version: 3}, "unknown Version(3)"},
		{Config{URL: address, Histograms: 4}, "unknown Histograms(4)"},
		{Config{URL: address, SamplesPerRequest: -1}, "-1 samples per request are negative"},
		{Config{URL: address, QueueSamples: -1}, "a queue of -1 samples is negative"},
		{Config{URL: address, BearerToken: "a", Password: "b"}, "a bearer token and a password are given"},
		{Config{URL: address, Labels: map[string]string{"__name__": "a"}}, `label "__name__" is reserved`},
		{Config{URL: address, Labels: map[string]string{"": "a"}}, `label "" is reserved or no name`},
		{Config{URL: address, Labels: map[string]string{"le": "1"}}, "label le is that of buckets"},
		{Config{URL: address, Labels: map[string]string{"a": "\xff"}}, "which is not UTF-8"},
	} {
		_, err := New(test.config)
		if err == nil || !strings.HasPrefix(err.Error(), "remotewrite: ") || !strings.Contains(err.Error(), test.want) {
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
