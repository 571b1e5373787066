package prometheusmetrics

import (
	"strings"
	"unicode/utf8"
)

// fullName joins the parts that are not empty with underscores, after making
// each fit for Prometheus, and puts an underscore before a leading digit. It is
// empty only if all parts are.
func fullName(parts ...string) string {
	var joined strings.Builder
	for _, part := range parts {
		if part == "" {
			continue
		}
		if joined.Len() > 0 {
			joined.WriteByte('_')
		}
		joined.WriteString(sanitizeName(part))
	}
	return guardDigit(joined.String())
}

// sanitizeName replaces each character outside [a-zA-Z0-9_:], and each byte of
// invalid UTF-8, by an underscore.
func sanitizeName(name string) string { return sanitize(name, true) }

// sanitizeLabelName does the same for the name of a label, where a colon is not
// allowed either.
func sanitizeLabelName(name string) string { return guardDigit(sanitize(name, false)) }

// sanitizeLabelValue replaces invalid UTF-8, which no exposition format can
// carry, by the replacement character; all else is allowed in a value.
func sanitizeLabelValue(value string) string {
	return strings.ToValidUTF8(value, string(utf8.RuneError))
}

func sanitize(text string, colons bool) string {
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
