package statsd

import (
	"strconv"
	"unicode/utf8"
)

// The protocol has no escapes: what separates its parts must not be in them.

// isNameByte reports whether a byte may be in the name of a metric on all servers.
func isNameByte(c byte) bool { return isPartByte(c) || c == '.' }

// isPartByte reports whether a byte may be in what stands between two dots of a name.
func isPartByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// isTagByte reports whether a byte of ASCII may be in the value of a tag: all but what
// ends a tag, a section or a line, and what can't be seen.
func isTagByte(c byte) bool { return c >= ' ' && c != ',' && c != '|' && c != 0x7f }

func isName(s string) bool {
	for i := range len(s) {
		if !isNameByte(s[i]) {
			return false
		}
	}
	return true
}

// appendClean appends the text with "_" for each character that is not accepted; of those
// outside ASCII all are, or none. It appends "_" for a text that is empty.
func appendClean(to []byte, text string, accepts func(byte) bool, unicode bool) []byte {
	if text == "" {
		return append(to, '_')
	}
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if !accepts(c) {
				c = '_'
			}
			to = append(to, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if unicode && (r != utf8.RuneError || size > 1) && !isC1(r) {
			to = append(to, text[i:i+size]...)
		} else {
			to = append(to, '_')
		}
		i += size
	}
	return to
}

// isC1 reports whether a character is one of the controls beyond ASCII, or ends a line
// for whoever splits by Unicode's rules.
func isC1(r rune) bool { return r < 0xa0 || r == '\u2028' || r == '\u2029' }

// appendName appends the name of a metric.
func appendName(to []byte, name string) []byte { return appendClean(to, name, isNameByte, false) }

// appendPart appends what stands between two dots.
func appendPart(to []byte, part string) []byte { return appendClean(to, part, isPartByte, false) }

// appendTag appends key:value.
func appendTag(to []byte, key, value string) []byte {
	to = appendClean(to, key, isNameByte, false)
	to = append(to, ':')
	return appendClean(to, value, isTagByte, true)
}

// appendValue appends a number without exponent, as the simplest servers want it, unless
// it would be very long. Zero has no sign, since that would make it relative.
func appendValue(to []byte, value float64) []byte {
	if value == 0 {
		return append(to, '0')
	}
	format := byte('f')
	if value >= 1e21 || value <= -1e21 || value < 1e-9 && value > -1e-9 {
		format = 'g'
	}
	return strconv.AppendFloat(to, value, format, -1, 64)
}
