package gomod

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
)

// repository makes a folder that looks like this repository.
func repository(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	write(t, filepath.Join(folder, "go.mod"), "module "+legacy.Core+"\n\ngo 1.26.0\n")
	write(t, filepath.Join(folder, "rcrowley", "go.mod"), "module "+legacy.Bridge+"\n\ngo 1.26.0\n\nreplace (\n\t"+
		legacy.Core+" => ..\n\t"+legacy.Driver+" => ../prometheusmetrics\n)\n")
	write(t, filepath.Join(folder, "prometheusmetrics", "go.mod"), "module "+legacy.Driver+"\n\ngo 1.26.0\n")
	return folder
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestFind(t *testing.T) {
	checkout := repository(t)
	goMod := filepath.Join(t.TempDir(), "go.mod")
	write(t, goMod, "module p\n")
	home, err := Find(goMod, "", checkout)
	if err != nil || home.Checkout != checkout || home.Given {
		t.Errorf("a checkout: %+v, %v", home, err)
	}

	other := repository(t)
	write(t, goMod, "module p\n\nreplace "+legacy.Core+" => "+other+"\n")
	if home, err = Find(goMod, "", checkout); err != nil || home.Checkout != other || !home.Given {
		t.Errorf("a replace: %+v, %v", home, err)
	}

	goWork := filepath.Join(t.TempDir(), "go.work")
	write(t, goMod, "module p\n")
	write(t, goWork, "go 1.26.0\n\nuse (\n\t"+filepath.Dir(goMod)+"\n\t"+other+"\n)\n")
	if home, err = Find(goMod, goWork, checkout); err != nil || home.Checkout != other || !home.Given {
		t.Errorf("a workspace: %+v, %v", home, err)
	}

	if _, err = Find(goMod, "", filepath.Dir(goMod)); err == nil || !strings.Contains(err.Error(), "is no checkout") {
		t.Errorf("another folder: %v", err)
	}
}

func TestUpdate(t *testing.T) {
	checkout := repository(t)
	for name, test := range map[string]struct {
		before  string
		modules []string
		older   map[string]Usage
		want    string
	}{
		"core alone": {
			before: "require " + legacy.Rcrowley + " v0.0.1", modules: []string{legacy.Core},
			older: map[string]Usage{legacy.Rcrowley: Unused},
			want:  "require CORE v0.0.0\n\nreplace CORE => DIR",
		},
		"what a folder replaces": {
			before: "require " + legacy.Rcrowley + " v0.0.1", modules: []string{legacy.Core, legacy.Bridge},
			older: map[string]Usage{legacy.Rcrowley: Indirect},
			want: "require (\n\tCORE v0.0.0\n\tCORE/rcrowley v0.0.0\n)\n\n" +
				"require github.com/rcrowley/go-metrics v0.0.1 // indirect\n\nreplace CORE => DIR\n\n" +
				"replace CORE/rcrowley => DIR/rcrowley\n\nreplace CORE/prometheusmetrics => DIR/prometheusmetrics",
		},
		"a replace stays": {
			before:  "require CORE v1.2.3\n\nreplace CORE => ../mine",
			modules: []string{legacy.Core}, want: "require CORE v1.2.3\n\nreplace CORE => ../mine",
		},
	} {
		t.Run(name, func(t *testing.T) {
			real := strings.NewReplacer("CORE", legacy.Core, "DIR", checkout)
			goMod := filepath.Join(t.TempDir(), "deep", "down", "below", "here", "in", "a", "folder", "go.mod")
			write(t, goMod, real.Replace("module p\n\ngo 1.26.0\n\n"+test.before+"\n"))
			file, err := Read(goMod)
			if err != nil {
				t.Fatal(err)
			}
			home := &Home{Checkout: checkout}
			if _, err := home.Update(file, test.modules, test.older); err != nil {
				t.Fatal(err)
			}
			got, err := file.Format()
			if want := real.Replace("module p\n\ngo 1.26.0\n\n" + test.want + "\n"); err != nil || string(got) != want {
				t.Errorf("got %v\n%s\nwant\n%s", err, got, want)
			}
		})
	}
}

func TestUpdateRaisesGo(t *testing.T) {
	goMod := filepath.Join(t.TempDir(), "go.mod")
	write(t, goMod, "module p\n\ngo 1.20\n\ntoolchain go1.22.2\n")
	file, err := Read(goMod)
	if err != nil {
		t.Fatal(err)
	}
	notes, err := (&Home{Checkout: repository(t)}).Update(file, []string{legacy.Core}, nil)
	if err != nil || file.Go.Version != "1.26.0" || file.Toolchain != nil {
		t.Errorf("%v, go %s, toolchain %v", err, file.Go.Version, file.Toolchain)
	}
	if last := notes[len(notes)-1]; !strings.Contains(last, "each turn of a loop") {
		t.Errorf("no word on loops: %s", last)
	}
}

func TestShorter(t *testing.T) {
	for _, test := range []struct{ from, folder, want string }{
		{"/home/me/app", "/home/me/go-metrics-plus", "../go-metrics-plus"},
		{"/home/me/app", "/home/me/app/third", "./third"},
		{"/tmp/a/b/c/d", "/srv/x", "/srv/x"},
	} {
		if got := shorter(filepath.FromSlash(test.from), filepath.FromSlash(test.folder)); got != test.want {
			t.Errorf("%s from %s is %s, want %s", test.folder, test.from, got, test.want)
		}
	}
}
