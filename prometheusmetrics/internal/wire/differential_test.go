package wire

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"google.golang.org/protobuf/encoding/protodelim"
	"google.golang.org/protobuf/proto"
)

// formats are all that promhttp offers with OpenMetrics enabled, in every scheme.
func formats() (all []Format) {
	for _, format := range expfmt.DefaultOpenMetricsAcceptedFormats() {
		for _, scheme := range []model.EscapingScheme{model.NoEscaping, model.UnderscoreEscaping, model.DotsEscaping, model.ValueEncodingEscaping} {
			all = append(all, NewFormat(format.WithEscapingScheme(scheme)))
		}
	}
	return all
}

// expected is what expfmt writes, up to where it panicked if it did.
func expected(format Format, family *dto.MetricFamily) (out []byte, err error) {
	var buffer bytes.Buffer
	defer func() {
		if cause := recover(); cause != nil {
			out, err = buffer.Bytes(), fmt.Errorf("panic: %v", cause)
		}
	}()
	err = expfmt.NewEncoder(&buffer, format.ContentType).Encode(family)
	return buffer.Bytes(), err
}

// difference holds one family against expfmt in one format, and says where they
// differ. A test may spoil what the encoder wrote before it is compared.
func difference(encoder *Encoder, family *dto.MetricFamily, spoil func([]byte) []byte) error {
	want, wantErr := expected(encoder.format, family)
	prefix := []byte("before\n")
	got, err := encoder.Append(prefix, family)
	if !bytes.HasPrefix(got, prefix) {
		return errors.New("what was in the buffer is gone")
	}
	got = got[len(prefix):]
	if spoil != nil {
		got = spoil(got)
	}
	switch {
	case (err == nil) != (wantErr == nil):
		return fmt.Errorf("error %v, from expfmt %v\n%v", err, wantErr, family)
	case bytes.Equal(got, want):
		return nil
	case encoder.format.Kind != Protobuf || err != nil:
		return fmt.Errorf("got\n%s\nexpfmt wrote\n%s\nof %v", got, want, family)
	case len(got) > len(want):
		return fmt.Errorf("%d bytes, expfmt wrote %d of %v", len(got), len(want), family)
	}
	a, errA := decode(got)
	b, errB := decode(want)
	if errA != nil || errB != nil || !proto.Equal(a, b) {
		return fmt.Errorf("got %v (%v)\nexpfmt wrote %v (%v)", a, errA, b, errB)
	}
	return nil
}

func decode(delimited []byte) (*dto.MetricFamily, error) {
	reader := bytes.NewReader(delimited)
	family := &dto.MetricFamily{}
	if err := protodelim.UnmarshalFrom(reader, family); err != nil {
		return nil, err
	}
	if reader.Len() > 0 {
		return nil, errors.New("bytes after the family")
	}
	return family, nil
}

// FuzzEncoder holds every format in every escaping scheme against expfmt, with one
// encoder for several families so that what it keeps between them is covered too.
func FuzzEncoder(f *testing.F) {
	random := rand.New(rand.NewPCG(1, 2))
	for size := range 200 {
		seed := make([]byte, size*4)
		for i := range seed {
			seed[i] = byte(random.Uint32())
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		families := (&builder{data}).families()
		for _, format := range formats() {
			encoder := NewEncoder(format)
			for _, family := range families {
				if err := difference(encoder, family, nil); err != nil {
					t.Fatalf("%s: %v", format.ContentType, err)
				}
			}
		}
	})
}

// randomFamilies yields families as the fuzz target builds them.
func randomFamilies(n int) iter.Seq[*dto.MetricFamily] {
	random := rand.New(rand.NewPCG(3, 4))
	return func(yield func(*dto.MetricFamily) bool) {
		for range n {
			data := make([]byte, 400)
			for i := range data {
				data[i] = byte(random.Uint32())
			}
			if !yield((&builder{data}).family()) {
				return
			}
		}
	}
}

// TestRandomFamilies runs what the fuzz target runs over more families than its
// seeds have, and checks that it is not expfmt that writes them: what expfmt does not
// refuse is covered, but for what few have.
func TestRandomFamilies(t *testing.T) {
	var encoders []*Encoder
	for _, format := range formats() {
		encoders = append(encoders, NewEncoder(format))
	}
	for family := range randomFamilies(1000) {
		for _, encoder := range encoders {
			format := encoder.format
			if err := difference(encoder, family, nil); err != nil {
				t.Fatalf("%s: %v", format.ContentType, err)
			}
			if _, own := encoder.try(nil, family); own || rare(format, family) {
				continue
			}
			if _, err := expected(format, family); err == nil {
				t.Fatalf("%s: left to expfmt: %v", format.ContentType, family)
			}
		}
	}
}

// rare reports whether a family has what is left to expfmt: what is nil where a message
// should be, except where protobuf is written as it is, and in OpenMetrics counts that are
// no whole numbers, and times of exemplars that are out of range.
func rare(format Format, family *dto.MetricFamily) bool {
	if format.Kind == Other || format.Kind == Protobuf && format.Escaping == model.NoEscaping {
		return format.Kind == Other
	}
	bad := func(e *dto.Exemplar) bool {
		return format.Kind == OpenMetrics && e.GetTimestamp() != nil && e.Timestamp.CheckValid() != nil
	}
	for _, m := range family.Metric {
		h := m.GetHistogram()
		if m == nil || slices.Contains(m.Label, nil) || bad(m.GetCounter().GetExemplar()) ||
			format.Kind == OpenMetrics && h.GetSampleCountFloat() > 0 {
			return true
		}
		for _, b := range h.GetBucket() {
			if b == nil && format.Kind != Protobuf || bad(b.GetExemplar()) ||
				format.Kind == OpenMetrics && b.GetCumulativeCountFloat() > 0 {
				return true
			}
		}
	}
	return false
}

// TestFindsBrokenEncoders shows that the comparison would find small mistakes, each
// of them within some hundred families.
func TestFindsBrokenEncoders(t *testing.T) {
	replace := func(old, new string) func([]byte) []byte {
		return func(out []byte) []byte { return bytes.ReplaceAll(out, []byte(old), []byte(new)) }
	}
	for _, mistake := range []struct {
		name        string
		contentType expfmt.Format
		spoil       func([]byte) []byte
	}{
		{"quotes of a help text escaped", expfmt.FmtText, replace(`quote" back`, `quote\" back`)},
		{"a whole value without point", expfmt.FmtOpenMetrics_1_0_0, replace(" 1.0\n", " 1\n")},
		{"an exemplar left out", expfmt.FmtOpenMetrics_1_0_0, replace(" # {", "")},
		{"a unit in text", expfmt.FmtText, replace("# TYPE requests gauge\n", "# TYPE requests gauge\n# UNIT requests seconds\n")},
		{"the sign of zero", expfmt.FmtText, replace(" 0\n", " -0\n")},
		{"a family name that keeps its suffix", expfmt.FmtOpenMetrics_1_0_0, replace("# TYPE requests counter", "# TYPE requests_total counter")},
		{"a byte of protobuf lost", expfmt.FmtProtoDelim, func(out []byte) []byte { return out[:max(0, len(out)-1)] }},
		{"a fraction changed in protobuf", expfmt.FmtProtoDelim, replace("\xe0\x3f", "\xe1\x3f")},
	} {
		encoder, found := NewEncoder(NewFormat(mistake.contentType)), 0
		for family := range randomFamilies(800) {
			if difference(encoder, family, mistake.spoil) != nil {
				found++
			}
		}
		if found == 0 {
			t.Errorf("nobody noticed: %s", mistake.name)
		}
	}
}
