package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// moduleAPI lists what the packages of a module export, sorted, each line with
// its package in front. The compiler's export data says what that is, methods of
// embedded types included.
func moduleAPI(folder string) ([]byte, error) {
	packages, err := listPackages(folder)
	if err != nil {
		return nil, err
	}
	load := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(packages[path].Export)
	})
	var lines []string
	for path, listed := range packages {
		if listed.DepOnly || listed.Name == "main" || strings.Contains(path+"/", "/internal/") {
			continue
		}
		loaded, err := load.Import(path)
		if err != nil {
			return nil, err
		}
		for _, declaration := range packageAPI(loaded) {
			lines = append(lines, loaded.Name()+": "+declaration+"\n")
		}
	}
	slices.Sort(lines)
	return []byte(strings.Join(lines, "")), nil
}

// listedPackage is what go list says of a package.
type listedPackage struct {
	ImportPath, Name, Export string
	DepOnly                  bool
}

// listPackages builds a module and returns its packages and their dependencies.
func listPackages(folder string) (map[string]listedPackage, error) {
	command := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Name,Export,DepOnly", "./...")
	command.Dir, command.Stderr = folder, os.Stderr
	command.Env = append(os.Environ(), "GOWORK=off")
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list in %s: %w", folder, err)
	}
	packages := make(map[string]listedPackage)
	for decoder := json.NewDecoder(bytes.NewReader(output)); decoder.More(); {
		var p listedPackage
		if err := decoder.Decode(&p); err != nil {
			return nil, err
		}
		packages[p.ImportPath] = p
	}
	return packages, nil
}

// packageAPI lists the exported objects of a package, and the methods and fields
// that the types among them have.
func packageAPI(p *types.Package) (lines []string) {
	qualifier := types.RelativeTo(p)
	for _, name := range p.Scope().Names() {
		object := p.Scope().Lookup(name)
		if !object.Exported() {
			continue
		}
		typeName, isType := object.(*types.TypeName)
		if !isType || typeName.IsAlias() {
			lines = append(lines, describe(object, qualifier))
			continue
		}
		lines = append(lines, typeAPI(typeName, qualifier)...)
	}
	return lines
}

// describe is an object's declaration, with the value of a constant.
func describe(object types.Object, qualifier types.Qualifier) string {
	text := types.ObjectString(object, qualifier)
	if constant, ok := object.(*types.Const); ok {
		text += " = " + constant.Val().String()
	}
	return text
}

func typeAPI(name *types.TypeName, qualifier types.Qualifier) []string {
	var lines []string
	structure, isStruct := name.Type().Underlying().(*types.Struct)
	if isStruct {
		lines = append(lines, "type "+types.TypeString(name.Type(), qualifier)+" struct")
		for field := range structure.Fields() {
			if field.Exported() {
				lines = append(lines, fmt.Sprintf("type %s struct, %s %s",
					name.Name(), field.Name(), types.TypeString(field.Type(), qualifier)))
			}
		}
	} else {
		lines = append(lines, describe(name, qualifier))
	}
	if types.IsInterface(name.Type()) {
		return lines
	}
	// The method set of the pointer has all; the receiver says which need one.
	values := types.NewMethodSet(name.Type())
	for selection := range types.NewMethodSet(types.NewPointer(name.Type())).Methods() {
		if !selection.Obj().Exported() {
			continue
		}
		receiver := "*" + name.Name()
		if values.Lookup(selection.Obj().Pkg(), selection.Obj().Name()) != nil {
			receiver = name.Name()
		}
		signature := strings.TrimPrefix(types.TypeString(selection.Type(), qualifier), "func")
		lines = append(lines, fmt.Sprintf("method (%s) %s%s", receiver, selection.Obj().Name(), signature))
	}
	return lines
}
