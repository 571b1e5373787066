// Package naming makes names and labels fit for Prometheus, and tells series
// apart by them. Every function is pure and may be called by any goroutine.
package naming

import (
	"strings"
	"unicode/utf8"
)

// Metric joins the parts that are not empty with underscores, into the name of a
// metric. Each character outside [a-zA-Z0-9_:], and each byte of invalid UTF-8,
// becomes an underscore, and a name that begins with a digit gets one before it.
// The name is empty only if all parts are, and a name comes out as it went in.
func Metric(parts ...string) string {
	var joined strings.Builder
	for _, part := range parts {
		if part == "" {
			continue
		}
		if joined.Len() > 0 {
			joined.WriteByte('_')
		}
		joined.WriteString(replace(part, true))
	}
	return guardDigit(joined.String())
}

// LabelName does to the name of a label what Metric does, and replaces colons
// too, which are not allowed there.
func LabelName(name string) string { return guardDigit(replace(name, false)) }

// IsLabelName reports whether a label can have the name as it is. Names that
// begin with two underscores are well formed, but reserved; see Labels.
func IsLabelName(name string) bool { return name != "" && LabelName(name) == name }

// Text replaces invalid UTF-8, which no exposition format can carry, by the
// replacement character. Label values, help texts and units allow all else.
func Text(text string) string {
	return strings.ToValidUTF8(text, string(utf8.RuneError))
}

// replace returns the text itself, without an allocation, if nothing is wrong
// with it, as is usual.
func replace(text string, colons bool) string {
	clean := 0
	for clean < len(text) && isNameByte(text[clean], colons) {
		clean++
	}
	if clean == len(text) {
		return text
	}
	var out strings.Builder
	out.Grow(len(text))
	out.WriteString(text[:clean])
	for _, char := range text[clean:] {
		if char < utf8.RuneSelf && isNameByte(byte(char), colons) {
			out.WriteByte(byte(char))
		} else {
			out.WriteByte('_')
		}
	}
	return out.String()
}

func isNameByte(char byte, colons bool) bool {
	return 'a' <= char && char <= 'z' || 'A' <= char && char <= 'Z' ||
		'0' <= char && char <= '9' || char == '_' || char == ':' && colons
}

func guardDigit(name string) string {
	if name != "" && '0' <= name[0] && name[0] <= '9' {
		return "_" + name
	}
	return name
}
