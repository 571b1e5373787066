package wire

import (
	"github.com/prometheus/common/model"
)

// legacy marks the bytes that names may have without being quoted.
var legacy = func() (table [256]bool) {
	for c := range table {
		table[c] = 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == ':'
	}
	return table
}()

// plain reports whether a name needs neither escaping nor quotes.
func plain(name string) bool {
	if name == "" || '0' <= name[0] && name[0] <= '9' {
		return false
	}
	for i := range len(name) {
		if !legacy[name[i]] {
			return false
		}
	}
	return true
}

// escapeName is the name of a metric or label in the scheme. Plain names stay as
// they are in all of them.
func escapeName(name string, scheme model.EscapingScheme) string {
	if scheme == model.NoEscaping || plain(name) {
		return name
	}
	return model.EscapeName(name, scheme)
}

// appendName writes a name, quoted if it is not plain.
func appendName(dst []byte, name string) []byte { return appendQuoted(dst, name, !plain(name)) }

// appendQuoted writes a name of which is known whether it needs quotes.
func appendQuoted(dst []byte, name string, quoted bool) []byte {
	if !quoted {
		return append(dst, name...)
	}
	dst = append(dst, '"')
	dst = appendEscaped(dst, name, true)
	return append(dst, '"')
}

// appendEscaped writes text with backslashes and line feeds escaped, and quotes
// too if asked for.
func appendEscaped(dst []byte, text string, quotes bool) []byte {
	written := 0
	for i := range len(text) {
		var escape byte
		switch c := text[i]; {
		case c == '\\':
			escape = '\\'
		case c == '\n':
			escape = 'n'
		case c == '"' && quotes:
			escape = '"'
		default:
			continue
		}
		dst = append(dst, text[written:i]...)
		dst = append(dst, '\\', escape)
		written = i + 1
	}
	return append(dst, text[written:]...)
}
