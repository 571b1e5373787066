package graphite

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// isPathByte reports whether a byte may be in what stands between two dots of a path. The
// colon is what client_golang's bridge leaves as well.
func isPathByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == ':'
}

// appendPart appends what stands between two dots. What can't be there becomes "_", and
// several of them one, as client_golang's bridge has it. An empty text becomes "_".
func appendPart(to []byte, part string) []byte {
	begin := len(to)
	for _, r := range part {
		c := byte('_')
		if r < utf8.RuneSelf && isPathByte(byte(r)) {
			c = byte(r)
		}
		if c == '_' && len(to) > begin && to[len(to)-1] == '_' {
			continue
		}
		to = append(to, c)
	}
	if len(to) == begin {
		to = append(to, '_')
	}
	return to
}

// appendTag appends ;name=value. What would end a part of the line becomes "_"; a label
// with the name name gets a "_", since that is where Graphite keeps the name.
func appendTag(to []byte, name, value string) []byte {
	to = appendPrintable(append(to, ';'), name, func(r rune) bool {
		return r != ';' && r != '!' && r != '^' && r != '='
	})
	if name == "name" {
		to = append(to, '_')
	}
	to = append(to, '=')
	if value != "" && value[0] == '~' { // begins a pattern
		to, value = append(to, '_'), value[1:]
		if value == "" {
			return to
		}
	}
	return appendPrintable(to, value, func(r rune) bool { return r != ';' })
}

// appendPrintable appends the text with "_" for spaces of any kind, what can't be seen,
// and what is not accepted.
func appendPrintable(to []byte, text string, accepts func(rune) bool) []byte {
	if text == "" {
		return append(to, '_')
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 || r == ' ' || !unicode.IsPrint(r) || !accepts(r) {
			to = append(to, '_')
		} else {
			to = append(to, text[i:i+size]...)
		}
		i += size
	}
	return to
}

// appendValue appends the value and the time.
func appendValue(to []byte, value float64, milliseconds int64) []byte {
	to = strconv.AppendFloat(append(to, ' '), value, 'g', -1, 64)
	return append(strconv.AppendInt(append(to, ' '), milliseconds/1000, 10), '\n')
}
