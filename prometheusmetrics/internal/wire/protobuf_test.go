package wire

import (
	"bytes"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// TestCloseMessage: the length takes the room that it needs, and what was before the
// message stays.
func TestCloseMessage(t *testing.T) {
	for _, length := range []int{0, 1, 127, 128, 300, 1<<14 - 1, 1 << 14, 100_000} {
		content := bytes.Repeat([]byte{1, 2, 3, 4, 5}, length/5+1)[:length]
		dst, start := openMessage([]byte("before"), 3)
		dst = closeMessage(append(dst, content...), start)
		want := protowire.AppendBytes(protowire.AppendTag([]byte("before"), 3, protowire.BytesType), content)
		if !bytes.Equal(dst, want) {
			t.Errorf("a message of %d bytes is written as %d bytes, want %d", length, len(dst), len(want))
		}
	}
}
