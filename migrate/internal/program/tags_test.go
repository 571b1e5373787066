package program

import (
	"os"
	"path/filepath"
	"testing"
)

func TestIncluding(t *testing.T) {
	base := Configuration{GOOS: "linux", GOARCH: "amd64", Tags: []string{"always"}}
	for _, test := range []struct{ name, source, want string }{
		{"plain.go", "package p", "linux/amd64 -tags always"},
		{"tagged.go", "//go:build integration && !race\n\npackage p", "linux/amd64 -tags always,integration"},
		{"either.go", "//go:build a || b\n\npackage p", "linux/amd64 -tags a,always"},
		{"old.go", "// +build tagged\n\npackage p", "linux/amd64 -tags always,tagged"},
		{"system_windows.go", "package p", "windows/amd64 -tags always"},
		{"unix.go", "//go:build !linux && unix\n\npackage p", "darwin/arm64 -tags always"},
		{"machine_arm.go", "package p", "linux/arm -tags always"},
		{"both_plan9.go", "//go:build tagged\n\npackage p", "plan9/amd64 -tags always,tagged"},
		{"never.go", "//go:build linux && windows\n\npackage p", ""},
		{"many.go", "//go:build a && b && c && d && e && f && g\n\npackage p", ""},
		{"broken.go", "not Go", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), test.name)
			if err := os.WriteFile(path, []byte(test.source), 0o644); err != nil {
				t.Fatal(err)
			}
			got, err := Including(base, path)
			if test.want == "" {
				if err == nil {
					t.Errorf("got %s, want an error", got)
				}
				return
			}
			if err != nil || got.String() != test.want {
				t.Errorf("got %s, %v, want %s", got, err, test.want)
			}
			if !got.Includes(path) {
				t.Error("it does not include the file")
			}
		})
	}
}
