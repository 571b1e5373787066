package influxdb

import (
	"strconv"
	"unicode/utf8"
)

// element is a part of a line, each with characters of its own that need a backslash.
type element byte

const (
	measurement element = iota
	tag                 // a tag's key or value, or a field's key
)

// isSpecial reports whether a character ends the element unless a backslash is before it.
func (e element) isSpecial(c byte) bool { return c == ',' || c == ' ' || c == '=' && e == tag }

// appendEscaped appends a text. A line can't have control characters in it, which become
// "_", as does what is no UTF-8. A backslash that would be taken for an escape becomes a
// slash: servers differ in what they make of two. An empty text becomes "_", too.
func (e element) appendEscaped(to []byte, text string) []byte {
	if text == "" {
		return append(to, '_')
	}
	for i := 0; i < len(text); {
		c := text[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(text[i:])
			if r == utf8.RuneError && size == 1 || r < 0xa0 || r == '\u2028' || r == '\u2029' {
				to = append(to, '_')
			} else {
				to = append(to, text[i:i+size]...)
			}
			i += size
			continue
		}
		switch {
		case c < ' ' || c == 0x7f:
			to = append(to, '_')
		case c == '\\' && (i+1 == len(text) || isEscapable(text[i+1])):
			to = append(to, '/')
		case e.isSpecial(c):
			to = append(to, '\\', c)
		default:
			to = append(to, c)
		}
		i++
	}
	return to
}

// isEscapable reports whether some server may take a backslash before that for an escape.
func isEscapable(c byte) bool {
	return c == ',' || c == ' ' || c == '=' || c == '\\' || c == '"' || c < ' ' || c == 0x7f
}

// appendMeasurement appends a name. Lines that begin with "#" are comments.
func appendMeasurement(to []byte, name string) []byte {
	if name != "" && name[0] == '#' {
		to, name = append(to, '_'), name[1:]
		if name == "" {
			return to
		}
	}
	return measurement.appendEscaped(to, name)
}

// appendKey appends the key of a tag or field, with "_" after those that InfluxDB keeps for
// itself.
func appendKey(to []byte, key string) []byte {
	to = tag.appendEscaped(to, key)
	switch key {
	case "time", "_time", "_field", "_measurement", "_value":
		to = append(to, '_')
	}
	return to
}

// appendTag appends ,key=value; nothing if the value is empty, which is no label.
func appendTag(to []byte, key, value string) []byte {
	if value == "" {
		return to
	}
	to = appendKey(append(to, ','), key)
	return tag.appendEscaped(append(to, '='), value)
}

// appendField appends key=value with what separates it from what is before it.
func appendField(to []byte, separator byte, key string, value float64) []byte {
	to = appendKey(append(to, separator), key)
	return strconv.AppendFloat(append(to, '='), value, 'g', -1, 64)
}
