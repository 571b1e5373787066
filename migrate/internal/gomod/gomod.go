// Package gomod finds the new modules and makes a go.mod require them.
package gomod

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
)

// unpublished is the version of a module that is used from a folder.
const unpublished = "v0.0.0"

// A Home is where the new modules come from.
type Home struct {
	// Checkout is the folder of the repository, or "" if they are published.
	Checkout string
	// Given reports that go.mod or go.work says so already.
	Given bool
	// downloaded holds folder and version of published modules, by path.
	downloaded map[string]download
}

type download struct{ Dir, Version, Error string }

// Find finds the new modules: where go.mod or go.work have them, else in the
// checkout, else as published. A checkout of "" is none.
func Find(goMod, goWork, checkout string) (*Home, error) {
	h := &Home{downloaded: map[string]download{}}
	if folder, err := replaced(goMod); folder != "" || err != nil {
		h.Checkout, h.Given = folder, true
		return h, err
	}
	if folder, err := used(goWork); folder != "" || err != nil {
		h.Checkout, h.Given = folder, true
		return h, err
	}
	if checkout != "" {
		absolute, err := filepath.Abs(checkout)
		if err != nil {
			return nil, err
		}
		if modulePath(absolute) != legacy.Core {
			return nil, fmt.Errorf("%s is no checkout of %s", checkout, legacy.Core)
		}
		h.Checkout = absolute
		return h, nil
	}
	_, err := h.Folder(legacy.Core)
	return h, err
}

// replaced returns the folder that a go.mod replaces the core by.
func replaced(goMod string) (string, error) {
	if goMod == "" {
		return "", nil
	}
	file, err := Read(goMod)
	if err != nil {
		return "", err
	}
	for _, r := range file.Replace {
		if r.Old.Path == legacy.Core && r.New.Version == "" {
			return absolute(filepath.Dir(goMod), r.New.Path), nil
		}
	}
	return "", nil
}

// used returns the folder of the core that a go.work uses.
func used(goWork string) (string, error) {
	if goWork == "" {
		return "", nil
	}
	source, err := os.ReadFile(goWork)
	if err != nil {
		return "", err
	}
	file, err := modfile.ParseWork(goWork, source, nil)
	if err != nil {
		return "", err
	}
	for _, r := range file.Replace {
		if r.Old.Path == legacy.Core && r.New.Version == "" {
			return absolute(filepath.Dir(goWork), r.New.Path), nil
		}
	}
	for _, use := range file.Use {
		if folder := absolute(filepath.Dir(goWork), use.Path); modulePath(folder) == legacy.Core {
			return folder, nil
		}
	}
	return "", nil
}

func absolute(folder, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(folder, filepath.FromSlash(path))
}

// modulePath returns the path of the module in a folder, or "".
func modulePath(folder string) string {
	source, err := os.ReadFile(filepath.Join(folder, "go.mod"))
	if err != nil {
		return ""
	}
	return modfile.ModulePath(source)
}

// Folder returns where the source of a new module lies. A published one is
// downloaded.
func (h *Home) Folder(path string) (string, error) {
	if h.Checkout != "" {
		return filepath.Join(h.Checkout, filepath.FromSlash(strings.TrimPrefix(path, legacy.Core))), nil
	}
	d, ok := h.downloaded[path]
	if !ok {
		command := exec.Command("go", "mod", "download", "-json", path+"@latest")
		command.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
		command.Dir = os.TempDir()
		output, err := command.Output()
		if json.Unmarshal(output, &d) != nil && err != nil {
			d.Error = err.Error()
		}
		h.downloaded[path] = d
	}
	if d.Error != "" {
		return "", fmt.Errorf("%s: %s; give a checkout with -checkout", path, d.Error)
	}
	return d.Dir, nil
}

// Read parses a go.mod.
func Read(path string) (*modfile.File, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return modfile.Parse(path, source, nil)
}

// Usage is how a program still uses an older module.
type Usage int

// The usages, as go.mod tells them apart.
const (
	Unused Usage = iota
	Indirect
	Direct
)

// Update makes a go.mod require new modules, and no longer the older ones that are
// unused. A replace that stands there stays. It returns what it did.
func (h *Home) Update(file *modfile.File, modules []string, older map[string]Usage) ([]string, error) {
	requirements, done := reduce(file, older)
	for _, path := range modules {
		folder, err := h.Folder(path)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(requirements, func(r *modfile.Require) bool { return r.Mod.Path == path }) {
			mod := module.Version{Path: path, Version: h.version(path)}
			requirements = append(requirements, &modfile.Require{Mod: mod})
			done = append(done, path+" is required")
		}
		if h.Checkout == "" || h.Given && path == legacy.Core {
			continue
		}
		notes, err := replace(file, path, folder)
		if err != nil {
			return nil, err
		}
		done = append(done, notes...)
	}
	file.SetRequireSeparateIndirect(requirements)
	note, err := h.raiseGo(file, modules)
	if err != nil {
		return nil, err
	}
	file.Cleanup()
	return append(done, note...), nil
}

// version returns the version of a new module to require.
func (h *Home) version(path string) string {
	if h.Checkout != "" {
		return unpublished
	}
	return h.downloaded[path].Version
}

// reduce returns the requirements without those of older libraries that are unused,
// and with a mark at those that others use alone.
func reduce(file *modfile.File, older map[string]Usage) (keep []*modfile.Require, done []string) {
	for _, r := range file.Require {
		switch usage, ok := older[r.Mod.Path]; {
		case ok && usage == Unused:
			done = append(done, r.Mod.Path+" is no longer required")
			continue
		case ok && usage == Indirect && !r.Indirect:
			done = append(done, r.Mod.Path+" is required indirectly")
			r = &modfile.Require{Mod: r.Mod, Indirect: true}
		}
		keep = append(keep, r)
	}
	return keep, done
}

// replace points a module to its folder, and those that it has in folders itself:
// what a required module replaces does not count for who requires it.
func replace(file *modfile.File, path, folder string) ([]string, error) {
	if slices.ContainsFunc(file.Replace, func(r *modfile.Replace) bool { return r.Old.Path == path }) {
		return nil, nil
	}
	to := shorter(filepath.Dir(file.Syntax.Name), folder)
	if err := file.AddReplace(path, "", to, ""); err != nil {
		return nil, err
	}
	done := []string{fmt.Sprintf("%s is replaced by %s", path, to)}
	its, err := Read(filepath.Join(folder, "go.mod"))
	if err != nil {
		return nil, err
	}
	for _, r := range its.Replace {
		if r.New.Version == "" && r.Old.Path != path {
			more, err := replace(file, r.Old.Path, absolute(folder, r.New.Path))
			if err != nil {
				return nil, err
			}
			done = append(done, more...)
		}
	}
	return done, nil
}

// shorter returns a folder as seen from another one, or whole if that is shorter.
func shorter(from, folder string) string {
	relative, err := filepath.Rel(from, folder)
	if err != nil || len(relative) >= len(folder) {
		return folder
	}
	if relative = filepath.ToSlash(relative); relative != ".." && !strings.HasPrefix(relative, "../") {
		relative = "./" + relative
	}
	return relative
}

// raiseGo raises the version of Go to what the new modules need.
func (h *Home) raiseGo(file *modfile.File, modules []string) ([]string, error) {
	was := "1.16"
	if file.Go != nil {
		was = file.Go.Version
	}
	need := was
	for _, path := range modules {
		folder, err := h.Folder(path)
		if err != nil {
			return nil, err
		}
		its, err := Read(filepath.Join(folder, "go.mod"))
		if err != nil {
			return nil, err
		}
		if its.Go != nil && version.Compare("go"+its.Go.Version, "go"+need) > 0 {
			need = its.Go.Version
		}
	}
	if need == was {
		return nil, nil
	}
	if file.Toolchain != nil && version.Compare(file.Toolchain.Name, "go"+need) <= 0 {
		file.DropToolchainStmt()
	}
	note := fmt.Sprintf("go %s becomes go %s", was, need)
	if version.Compare("go"+was, "go1.22") < 0 {
		note += ", with which each turn of a loop has variables of its own"
	}
	return []string{note}, file.AddGoStmt(need)
}

// Complete has the go command add what go.mod and go.sum lack to build everything.
func Complete(folder string, tags []string) error {
	command := exec.Command("go", "list", "-mod=mod", "-deps", "-test", "-tags="+strings.Join(tags, ","), "./...")
	command.Dir = folder
	command.Env = append(os.Environ(), "GOWORK=off")
	_, err := command.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return fmt.Errorf("go list: %s", strings.TrimSpace(string(exit.Stderr)))
	}
	return err
}
