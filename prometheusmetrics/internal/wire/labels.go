package wire

import (
	"cmp"
	"encoding/binary"
	"iter"
	"strings"
)

// Labels are those of a series as the formats have them, in one piece: there may be a
// million of them, and this is all that is kept of each one's names and values. The
// empty string stands for none.
//
// They are a byte that says whether the names need no escaping, the length of the text
// as a varint, the text without braces, and the fields of protobuf.
type Labels string

const plainLabels, quotedLabels = 'p', 'q'

// NewLabels renders labels, whose names and values are given one after the other.
func NewLabels(pairs ...string) Labels {
	if len(pairs) == 0 {
		return ""
	}
	var room struct{ all, text, fields [512]byte } // nearly always enough, and not allocated
	all, text, fields := append(room.all[:0], plainLabels), room.text[:0], room.fields[:0]
	for i := 0; i < len(pairs); i += 2 {
		name, value := pairs[i], pairs[i+1]
		if i > 0 {
			text = append(text, ',')
		}
		if !plain(name) {
			all[0] = quotedLabels
		}
		text = appendLabel(text, name, value)
		var message int
		fields, message = openMessage(fields, 1)
		fields = closeMessage(appendString(appendString(fields, 1, name), 2, value), message)
	}
	all = binary.AppendUvarint(all, uint64(len(text)))
	return Labels(append(append(all, text...), fields...))
}

// split returns the text and the fields of protobuf.
func (l Labels) split() (text, fields string) {
	if l == "" {
		return "", ""
	}
	length, rest := uvarint(string(l[1:]))
	return rest[:length], rest[length:]
}

func (l Labels) isPlain() bool { return l == "" || l[0] == plainLabels }

// Touch reads from the labels, so that the processor has them in its cache.
func (l Labels) Touch() int { return Ends(string(l)) }

// All gives names and values, in their order. They are parts of the labels, of which
// nothing is copied.
func (l Labels) All() iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		_, fields := l.split()
		for fields != "" {
			var name, value string
			if name, value, fields = nextLabel(fields); !yield(name, value) {
				return
			}
		}
	}
}

// Len returns how many labels there are.
func (l Labels) Len() (n int) {
	_, fields := l.split()
	for ; fields != ""; n++ {
		_, _, fields = nextLabel(fields)
	}
	return n
}

// Compare orders labels as the Prometheus registry does: fewer first, then by their
// values, whatever the names.
func (l Labels) Compare(other Labels) int {
	_, a := l.split()
	_, b := other.split()
	order := 0
	for a != "" && b != "" {
		var valueOfA, valueOfB string
		_, valueOfA, a = nextLabel(a)
		_, valueOfB, b = nextLabel(b)
		if order == 0 {
			order = strings.Compare(valueOfA, valueOfB)
		}
	}
	if a != "" || b != "" { // one has more of them
		return cmp.Compare(len(a), len(b))
	}
	return order
}

// nextLabel takes the first of the fields apart: a message with two strings.
func nextLabel(fields string) (name, value, rest string) {
	_, rest = uvarint(fields[1:])
	name, rest = nextString(rest)
	value, rest = nextString(rest)
	return name, value, rest
}

func nextString(fields string) (text, rest string) {
	length, rest := uvarint(fields[1:])
	return rest[:length], rest[length:]
}

// uvarint reads a varint that encoding/binary has written.
func uvarint(from string) (n int, rest string) {
	for i := 0; ; i++ {
		n |= int(from[i]&0x7f) << (7 * i)
		if from[i] < 0x80 {
			return n, from[i+1:]
		}
	}
}
