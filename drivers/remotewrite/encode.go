package remotewrite

import (
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// encoded is a message that has its bytes already, in the form that remote.API takes
// besides generated messages.
type encoded []byte

// SizeVT returns the number of bytes.
func (e encoded) SizeVT() int { return len(e) }

// MarshalToSizedBufferVT copies the bytes.
func (e encoded) MarshalToSizedBufferVT(buffer []byte) (int, error) { return copy(buffer, e), nil }

func appendMessage(b []byte, field protowire.Number, message []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), message)
}

func appendString(b []byte, field protowire.Number, text string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), text)
}

func appendDouble(b []byte, field protowire.Number, value float64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(b, field, protowire.Fixed64Type), math.Float64bits(value))
}

func appendVarint(b []byte, field protowire.Number, value uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), value)
}
