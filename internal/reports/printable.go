package reports

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Printable returns a text for one line of people's reading: as it is, or quoted if it has
// line breaks, escapes of terminals or anything else that can't be seen. Names and panics
// may have in them what came from outside.
func Printable(text string) string {
	unseen := func(r rune) bool { return !strconv.IsPrint(r) }
	if utf8.ValidString(text) && !strings.ContainsFunc(text, unseen) {
		return text
	}
	return strconv.Quote(text)
}

// Cause is Printable for what was recovered.
func Cause(recovered any) string { return Printable(fmt.Sprint(recovered)) }
