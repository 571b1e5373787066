package wire

import (
	"encoding/binary"
	"math"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/model"
	"google.golang.org/protobuf/encoding/protowire"
)

// Head is what a family shows before its series, prepared once so that it
// can be written often. It never changes.
type Head struct {
	Name, Help, Unit string // Unit is empty where there is none
	Type             dto.MetricType
	plainName        bool
	plainHelp        bool
}

// NewHead prepares the head of a family.
func NewHead(name, help, unit string, typ dto.MetricType) Head {
	return Head{
		Name: name, Help: help, Unit: unit, Type: typ,
		plainName: plain(name), plainHelp: !strings.ContainsAny(help, "\\\n\""),
	}
}

// Begin appends what comes before the series of a family. It reports false where
// names need escaping, or for a format that only expfmt writes.
func (e *Encoder) Begin(dst []byte, head *Head) ([]byte, bool) {
	if !head.plainName {
		return dst, false
	}
	e.head = head
	switch e.format.Kind {
	case Text, OpenMetrics:
		e.text.name, e.text.quoted = head.Name, false
		var unit *string
		if head.Unit != "" {
			unit = &head.Unit
		}
		return e.text.comments(dst, head.Type, &head.Help, unit, head.plainHelp)
	case Protobuf:
		dst = append(dst, 0)
		e.start = len(dst)
		dst = appendString(dst, 1, head.Name)
		dst = appendString(dst, 2, head.Help)
		return appendVarint(dst, 3, uint64(head.Type)), knowsAllFields()
	}
	return dst, false
}

// Value appends a series of a gauge, or in the text formats of a counter, that is
// nothing but a value.
func (e *Encoder) Value(dst []byte, labels Labels, value float64) []byte {
	if e.format.Kind != Protobuf {
		dst = append(dst, e.head.Name...)
		if labels != "" {
			text, _ := labels.split()
			dst = append(dst, '{')
			dst = append(dst, text...)
			dst = append(dst, '}')
		}
		dst = append(dst, ' ')
		dst = appendFloat(dst, value, e.format.Kind == OpenMetrics)
		return append(dst, '\n')
	}
	dst, message := openMessage(dst, 4)
	if labels != "" {
		_, fields := labels.split()
		dst = append(dst, fields...)
	}
	dst = append(dst, gaugeField, gaugeSize, valueField)
	dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(value))
	return closeMessage(dst, message)
}

// A gauge in protobuf is always as long.
const (
	gaugeField = 2<<3 | byte(protowire.BytesType)
	gaugeSize  = 9
	valueField = 1<<3 | byte(protowire.Fixed64Type)
)

// Series appends a series that may have more than one value; of the metric
// everything but its labels is written. It reports false for what only expfmt
// writes.
func (e *Encoder) Series(dst []byte, labels Labels, metric *dto.Metric) ([]byte, bool) {
	if e.format.Kind != Protobuf {
		text, _ := labels.split()
		e.text.scratch = append(e.text.scratch[:0], text...)
		e.text.labels = e.text.scratch
		return e.text.series(dst, e.head.Type, metric)
	}
	dst, message := openMessage(dst, 4)
	if labels != "" {
		_, fields := labels.split()
		dst = append(dst, fields...)
	}
	return closeMessage(appendValues(dst, metric), message), true
}

// Finish appends what comes after the series of a family.
func (e *Encoder) Finish(dst []byte) []byte {
	if e.format.Kind != Protobuf {
		return dst
	}
	if e.head.Unit != "" {
		dst = appendString(dst, 5, e.head.Unit)
	}
	return closeMessage(dst, e.start)
}

// Covers reports whether labels need no escaping in the format.
func (e *Encoder) Covers(labels Labels) bool {
	return labels.isPlain() || e.format.Escaping == model.NoEscaping
}
