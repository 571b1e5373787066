package live

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxText is how many bytes of a label value, and maxHelp of a help text, are
// told. Longer ones are cut, and end in "…" and their length.
const (
	maxText = 1024
	maxHelp = 2048
)

// appendFrame writes a frame as PROTOCOL.md describes it.
func (t *tracker) appendFrame(b []byte, seq uint64, key bool, d delta) []byte {
	b = append(b, `{"seq":`...)
	b = strconv.AppendUint(b, seq, 10)
	if key {
		b = append(b, `,"key":true`...)
	}
	b = append(b, `,"times":`...)
	b = appendList(b, t.times, func(b []byte, ms int64) []byte { return strconv.AppendInt(b, ms, 10) })
	if len(d.families) > 0 {
		b = appendList(append(b, `,"families":`...), d.families, appendFamily)
	}
	if len(d.series) > 0 {
		b = appendList(append(b, `,"series":`...), d.series, appendSeries)
	}
	if len(d.columns) > 0 {
		b = appendColumns(append(b, `,"columns":`...), d)
	}
	if len(d.gone) > 0 {
		b = appendList(append(b, `,"gone":`...), d.gone, appendInt)
	}
	if len(d.exemplars) > 0 {
		b = appendList(append(b, `,"exemplars":`...), d.exemplars, appendExemplar)
	}
	last := 0
	b = appendList(append(b, `,"slots":`...), d.changes, func(b []byte, c change) []byte {
		b = appendInt(b, c.slot-last)
		last = c.slot
		return b
	})
	b = appendList(append(b, `,"values":`...), d.changes, func(b []byte, c change) []byte {
		return appendNumber(b, c.value)
	})
	return append(b, '}')
}

func appendList[T any](b []byte, list []T, element func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, e := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = element(b, e)
	}
	return append(b, ']')
}

func appendFamily(b []byte, f *family) []byte {
	b = appendInt(append(b, '['), f.id)
	b = appendInt(append(b, ','), f.source)
	b = appendString(append(b, ','), cut(f.name, maxText))
	b = appendString(append(b, ','), strings.ToLower(f.typ.String()))
	b = appendString(append(b, ','), cut(f.help, maxHelp))
	b = appendString(append(b, ','), cut(f.unit, maxText))
	return append(b, ']')
}

func appendSeries(b []byte, s *series) []byte {
	b = appendInt(append(b, '['), s.slot)
	b = appendInt(append(b, ','), s.family.id)
	b = appendList(append(b, ','), s.labels, appendText)
	b = appendList(append(b, ','), s.columns, appendString)
	b = appendList(append(b, ','), s.slots, appendInt)
	if s.native != nil {
		b = appendInt(append(b, `,{"schema":`...), int(s.native.schema))
		b = appendNumber(append(b, `,"zero":`...), s.native.zeroThreshold)
		b = strconv.AppendBool(append(b, `,"classic":`...), s.classic)
		b = append(b, '}')
	}
	return append(b, ']')
}

// appendColumns writes the columns that known series got; new series tell of
// theirs themselves.
func appendColumns(b []byte, d delta) []byte {
	announced := make(map[int]bool, len(d.series))
	for _, s := range d.series {
		announced[s.slot] = true
	}
	known := d.columns[:0:0]
	for _, c := range d.columns {
		if !announced[c.series] {
			known = append(known, c)
		}
	}
	return appendList(b, known, func(b []byte, c column) []byte {
		b = appendInt(append(b, '['), c.series)
		b = appendInt(append(b, ','), c.slot)
		return append(appendString(append(b, ','), c.name), ']')
	})
}

func appendExemplar(b []byte, e exemplar) []byte {
	b = appendInt(append(b, '['), e.series)
	b = appendNumber(append(b, ','), e.value)
	b = strconv.AppendInt(append(b, ','), e.time, 10)
	b = appendList(append(b, ','), e.labels, appendText)
	return append(b, ']')
}

func appendText(b []byte, text string) []byte { return appendString(b, cut(text, maxText)) }

func appendInt(b []byte, n int) []byte { return strconv.AppendInt(b, int64(n), 10) }

// appendNumber writes what JSON has no numbers for as null and as strings.
func appendNumber(b []byte, value float64) []byte {
	switch {
	case math.IsNaN(value):
		return append(b, "null"...)
	case math.IsInf(value, 1):
		return append(b, `"Inf"`...)
	case math.IsInf(value, -1):
		return append(b, `"-Inf"`...)
	case value == math.Trunc(value) && math.Abs(value) < 1<<53:
		return strconv.AppendInt(b, int64(value), 10) // a third of the time that a float takes
	}
	return strconv.AppendFloat(b, value, 'g', -1, 64)
}

// appendString writes a JSON string; bytes that are not UTF-8 become U+FFFD.
func appendString(b []byte, text string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < ' ' || r == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// cut shortens a text to about so many bytes, at the border of a character.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	at := most
	for at > 0 && !utf8.RuneStart(text[at]) {
		at--
	}
	return text[:at] + "… (" + strconv.Itoa(len(text)) + " bytes)"
}
