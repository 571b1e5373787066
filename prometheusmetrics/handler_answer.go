package prometheusmetrics

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/wire"
)

// answerKey is what an answer depends on, beside the families.
type answerKey struct {
	contentType string
	coding      wire.Coding
	filter      string // the names that it is limited to, "" for all
}

// answer is the body of a response. It is complete once made.
type answer struct {
	key      answerKey
	making   sync.Once
	parts    [][]byte
	length   int
	problems problemSet // families that could not be encoded
}

// answer returns the answer to a request, made by the first that asks for it. It is
// limited to the families in names unless that is nil.
func (v *view) answer(h *handler, format wire.Format, coding wire.Coding, names []string) *answer {
	key := answerKey{contentType: string(format.ContentType), coding: coding}
	if names != nil {
		key.filter = fmt.Sprintf("%q", names)
	}
	a := v.answerTo(key)
	a.making.Do(func() { a.make(v, h, format, coding, names) })
	return a
}

func (v *view) answerTo(key answerKey) *answer {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, a := range v.answers {
		if a.key == key {
			return a
		}
	}
	a := &answer{key: key}
	v.answers = append(v.answers, a)
	return a
}

func (a *answer) make(v *view, h *handler, format wire.Format, coding wire.Coding, names []string) {
	expected := &h.expected[format.Kind]
	chunks, size := make([]wire.Chunk, 0, len(v.runs)), 0
	for _, r := range v.runs {
		var rendered renderedRun
		switch {
		case r.families == nil && names != nil:
			own := only(v.flush.Families[r.from:r.to], names, func(f *families.Family) string { return f.Name })
			rendered = renderFlush(v.flush, own, format, coding, 0)
		case r.families == nil:
			rendered = v.driver.renderings.render(v.flush, r, format, coding, int(expected.Load()))
		case names != nil:
			others := only(r.families, names, (*dto.MetricFamily).GetName)
			rendered = renderFamilies(others, format, coding, 0)
		default:
			rendered = renderFamilies(r.families, format, coding, 0)
		}
		a.problems.merge(rendered.problems)
		chunks, size = append(chunks, rendered.chunk), max(size, rendered.chunk.Size())
	}
	a.parts = wire.Join(coding, format.End(), chunks...)
	for _, part := range a.parts {
		a.length += len(part)
	}
	if names == nil {
		expected.Store(int64(size))
		h.reportEncoding(format.Kind, a.problems)
	}
}

// only returns the families that are among the names. A driver's are chosen before any
// is made a message of, lest a request for nothing cost as much as one for all.
func only[F any](all []F, names []string, nameOf func(F) string) []F {
	var chosen []F
	for _, family := range all {
		if _, wanted := slices.BinarySearch(names, nameOf(family)); wanted {
			chosen = append(chosen, family)
		}
	}
	return chosen
}

// renderedRun is a run in one format and coding, and the families that could not be
// encoded.
type renderedRun struct {
	chunk    wire.Chunk
	problems problemSet
}

// renderFamilies renders families that were gathered.
func renderFamilies(all []*dto.MetricFamily, format wire.Format, coding wire.Coding, expected int) renderedRun {
	nameOf := (*dto.MetricFamily).GetName
	return renderAll(all, nameOf, coding, expected, func(spill spillFunc) familyWriter[*dto.MetricFamily] {
		encoder := wire.NewEncoder(format)
		encoder.Spill = spill
		return encoder
	})
}

// familyWriter appends families one by one, and is told of some before they come.
type familyWriter[F any] interface {
	Ahead(next []F)
	Append(dst []byte, family F) ([]byte, error)
}

// spillFunc is called within a family with what there is of it; nil for never.
type spillFunc func(dst []byte) []byte

// renderAll renders families, of which large ones leave for the compressor before they
// are whole. If that turns out to be wrong for one of them, it begins again without.
func renderAll[F any](
	all []F, nameOf func(F) string, coding wire.Coding, expected int, newWriter func(spillFunc) familyWriter[F],
) renderedRun {
	renderer := wire.NewRenderer(coding, expected)
	out, spilled := renderEach(renderer, all, nameOf, newWriter(func(dst []byte) []byte {
		renderer.Buffer = dst
		renderer.Spill()
		return renderer.Buffer
	}))
	if spilled {
		out, _ = renderEach(wire.NewRenderer(coding, expected), all, nameOf, newWriter(nil))
	}
	return out
}

// renderEach renders one family after the other, and reports whether there is one among
// them whose beginning must not have been spilled.
func renderEach[F any](
	renderer *wire.Renderer, all []F, nameOf func(F) string, writer familyWriter[F],
) (out renderedRun, spilled bool) {
	for i, family := range all {
		if i%wire.Block == 0 {
			writer.Ahead(all[i:min(i+wire.Block, len(all))])
		}
		var err error
		if renderer.Buffer, err = writer.Append(renderer.Buffer, family); err != nil {
			spilled = spilled || errors.Is(err, wire.ErrSpilled)
			out.problems.add("encoding "+nameOf(family), err)
		}
		renderer.Spill()
	}
	out.chunk = renderer.End()
	return out, spilled
}
