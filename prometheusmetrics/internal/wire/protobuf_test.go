package wire

import (
	"bytes"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
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

// TestUnknownFields: what a later version of the format has beside a family is passed on.
func TestUnknownFields(t *testing.T) {
	family := &dto.MetricFamily{Name: proto.String("x"), Type: dto.MetricType_GAUGE.Enum()}
	family.ProtoReflect().SetUnknown(protowire.AppendVarint(protowire.AppendTag(nil, 99, protowire.VarintType), 7))
	for _, format := range formats() {
		if err := difference(NewEncoder(format), family, nil); err != nil {
			t.Errorf("%s: %v", format.ContentType, err)
		}
	}
}
