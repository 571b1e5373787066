package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/go-metrics-plus/metrics"
)

// job computes checksums and records how that went, in a registry of its own.
type job struct {
	registry metrics.Registry
	read     metrics.Counter // files{result="read"}
	failed   metrics.Counter // files{result="failed"}
	bytes    metrics.Counter
	size     metrics.Histogram
	each     metrics.Timer
	whole    metrics.Timer
}

func newJob() *job {
	r := metrics.NewRegistry()
	describe(r)
	return &job{
		registry: r,
		read:     metrics.GetOrRegisterCounter("files", r, metrics.Labels{"result": "read"}),
		failed:   metrics.GetOrRegisterCounter("files", r, metrics.Labels{"result": "failed"}),
		bytes:    metrics.GetOrRegisterCounter("read", r),
		size:     metrics.GetOrRegisterHistogram("file_size", r, nil),
		each:     metrics.GetOrRegisterTimer("file_duration", r),
		whole:    metrics.GetOrRegisterTimer("run_duration", r),
	}
}

func describe(r metrics.Registry) {
	for name, description := range map[string]metrics.Description{
		"files":         {Help: "Files met, by what came of them."},
		"read":          {Help: "Bytes read.", Unit: "bytes"},
		"file_size":     {Help: "Sizes of the files read.", Unit: "bytes"},
		"file_duration": {Help: "Time that each file took.", Unit: "seconds"},
		"run_duration":  {Help: "Time that the run took.", Unit: "seconds"},
	} {
		metrics.Describe(name, r, description)
	}
}

// run works through the files. One that can't be read is counted, and the run
// goes on and fails at its end.
func (j *job) run(ctx context.Context, files fs.FS, output io.Writer) error {
	defer j.whole.UpdateSince(time.Now())
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && path == ".":
			return err // there is nothing to work on
		case err == nil && !entry.Type().IsRegular():
			return nil
		case err == nil:
			err = j.checksum(files, path, output)
		}
		if err != nil {
			j.failed.Inc(1)
			fmt.Fprintln(output, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if n := j.failed.Count(); n > 0 {
		return fmt.Errorf("%d files could not be read", n)
	}
	return nil
}

func (j *job) checksum(files fs.FS, path string, output io.Writer) error {
	start := time.Now()
	file, err := files.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	sum := sha256.New()
	size, err := io.Copy(sum, file)
	j.bytes.Inc(size)
	if err != nil {
		return err
	}
	j.read.Inc(1)
	j.size.Update(size)
	j.each.UpdateSince(start)
	fmt.Fprintf(output, "%x  %s\n", sum.Sum(nil), path)
	return nil
}
