package wire

import (
	"bytes"
	"errors"
	"fmt"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// Encoder appends families to a buffer in one format. It keeps scratch space
// between families, so it serves one goroutine at a time; making one is cheap. The
// families are only read.
type Encoder struct {
	// Spill, where it is set, is called within a family now and then, with all that is in
	// the buffer, and may return a buffer with less: families may have a million series.
	// It is not called in protobuf, where the length of a family stands before it.
	Spill func(dst []byte) []byte

	format Format
	text   textEncoder

	head  *Head // of the family that was begun
	start int   // where it begins, in protobuf
	seen  int   // by Ahead
}

// NewEncoder returns an encoder for the format.
func NewEncoder(format Format) *Encoder {
	e := &Encoder{format: format}
	e.text.open = format.Kind == OpenMetrics
	e.text.escaping = format.Escaping
	return e
}

// ErrSpilled is why a family could not be written: expfmt has to write it, and its
// beginning has been spilled. Whoever does not spill can write it.
var ErrSpilled = errors.New("the beginning of the family has been spilled")

// Append appends one family. The error is ErrSpilled, after which dst holds nothing of
// use, or expfmt's for a family that it refuses, and dst then holds what expfmt wrote
// until there.
func (e *Encoder) Append(dst []byte, family *dto.MetricFamily) ([]byte, error) {
	start := len(dst)
	e.text.spill, e.text.spilled = e.Spill, false
	dst, covered := e.try(dst, family)
	switch {
	case covered:
		return dst, nil
	case e.text.spilled:
		return dst, ErrSpilled
	}
	return e.fallBack(dst[:start], family)
}

// try reports false for what it does not cover; the result may then end in the
// midst of the family. A family that makes it panic is not covered either.
func (e *Encoder) try(dst []byte, family *dto.MetricFamily) (out []byte, covered bool) {
	defer func() {
		if recover() != nil {
			out, covered = dst, false
		}
	}()
	switch {
	case family == nil:
		return dst, false
	case e.format.Kind == Protobuf && knowsAllFields():
		return appendDelimited(dst, family, e.format.Escaping)
	case e.format.Kind == Text || e.format.Kind == OpenMetrics:
		return e.text.family(dst, family)
	}
	return dst, false
}

// AppendEnd appends what follows the last family.
func (e *Encoder) AppendEnd(dst []byte) []byte { return append(dst, e.format.End()...) }

// End is what follows the last family in the format.
func (f Format) End() string {
	if f.ContentType.FormatType() == expfmt.TypeOpenMetrics {
		return "# EOF\n"
	}
	return ""
}

// fallBack has expfmt write the family. Where that panics, as it does for a
// metric that is nil, the family is refused instead.
func (e *Encoder) fallBack(dst []byte, family *dto.MetricFamily) (out []byte, err error) {
	buffer := bytes.NewBuffer(dst)
	defer func() {
		if cause := recover(); cause != nil {
			out, err = buffer.Bytes(), fmt.Errorf("encoding family %q panicked: %v", family.GetName(), cause)
		}
	}()
	err = expfmt.NewEncoder(buffer, e.format.ContentType).Encode(family)
	return buffer.Bytes(), err
}
