package wire

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"sync"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"
)

// Chunk is a part of an answer, encoded, so that it can be kept and joined with
// others. In gzip it is a piece of a deflate stream that refers to nothing before
// it, in zstd a frame. It never changes.
type Chunk struct {
	Body []byte
	sum  uint32 // CRC-32 of what it decodes to
	size int64  // and its length
}

// Size is how long the chunk is when decoded.
func (c Chunk) Size() int { return int(c.size) }

// spillSize is how much text is encoded before it is compressed: little enough to
// stay in the processor's cache.
const spillSize = 64 << 10

// Renderer turns what an Encoder appends into a Chunk.
type Renderer struct {
	// Buffer is what to append to.
	Buffer []byte

	coding Coding
	chunk  Chunk
	tools  *tools
}

// tools are what rendering works with. Compressors are large, so they are used
// again, one for each rendering that goes on at the same time.
type tools struct {
	scratch []byte
	out     bytes.Buffer
	deflate *flate.Writer
	zstd    *zstd.Encoder
}

var toolPool = sync.Pool{New: func() any { return new(tools) }}

// NewRenderer begins a chunk, which decoded will be about as long as expected.
func NewRenderer(coding Coding, expected int) *Renderer {
	r := &Renderer{coding: coding}
	if coding == Identity {
		r.Buffer = make([]byte, 0, expected+expected/16+64) // values get longer as they grow
		return r
	}
	r.tools = toolPool.Get().(*tools)
	r.Buffer = r.tools.scratch[:0]
	r.tools.reset(coding)
	return r
}

// reset makes the compressor write to an empty out.
func (t *tools) reset(coding Coding) {
	t.out.Reset()
	var err error
	switch {
	case coding == Gzip && t.deflate != nil:
		t.deflate.Reset(&t.out)
	case coding == Gzip:
		t.deflate, err = flate.NewWriter(&t.out, GzipLevel)
	case t.zstd != nil:
		t.zstd.Reset(&t.out)
	default:
		t.zstd, err = zstd.NewWriter(&t.out, zstd.WithEncoderLevel(ZstdLevel), zstd.WithEncoderConcurrency(1),
			zstd.WithWindowSize(zstdWindow), zstd.WithLowerEncoderMem(true))
	}
	if err != nil {
		panic(err) // only for options that do not exist
	}
}

// Spill compresses what is in the buffer if that is worth it yet. Call it now and
// then, with whole or broken lines.
func (r *Renderer) Spill() {
	if r.coding != Identity && len(r.Buffer) >= spillSize {
		r.flush()
	}
}

// flush hands the buffer to the compressor. Writing to a bytes.Buffer never fails.
func (r *Renderer) flush() {
	r.chunk.size += int64(len(r.Buffer))
	if r.coding == Gzip {
		r.chunk.sum = crc32.Update(r.chunk.sum, crc32.IEEETable, r.Buffer)
		r.tools.deflate.Write(r.Buffer)
	} else {
		r.tools.zstd.Write(r.Buffer)
	}
	r.Buffer = r.Buffer[:0]
}

// End returns the chunk. The renderer is of no use afterwards.
func (r *Renderer) End() Chunk {
	if r.coding == Identity {
		r.chunk.Body, r.chunk.size = r.Buffer, int64(len(r.Buffer))
		return r.chunk
	}
	r.flush()
	if r.coding == Gzip {
		r.tools.deflate.Flush() // up to a whole byte, and the stream can go on
	} else {
		r.tools.zstd.Close()
	}
	r.chunk.Body = bytes.Clone(r.tools.out.Bytes())
	r.tools.scratch = r.Buffer
	toolPool.Put(r.tools)
	r.tools = nil
	return r.chunk
}

// Join puts chunks of one coding together to an answer, with a short text at its
// end. What it returns is to be written one after the other; none of it is copied.
func Join(coding Coding, end string, chunks ...Chunk) [][]byte {
	parts := make([][]byte, 0, len(chunks)+2)
	if coding == Gzip {
		parts = append(parts, gzipHeader)
	}
	var sum uint32
	var size int64
	for _, chunk := range chunks {
		parts = append(parts, chunk.Body)
		sum = combine(sum, chunk.sum, chunk.size)
		size += chunk.size
	}
	switch {
	case coding == Gzip:
		sum = crc32.Update(sum, crc32.IEEETable, []byte(end))
		parts = append(parts, gzipEnd(end, sum, uint32(size)+uint32(len(end))))
	case coding == Identity && end != "":
		parts = append(parts, []byte(end))
	case coding == Zstd && (end != "" || len(chunks) == 0):
		parts = append(parts, zstdFrame(end))
	}
	return parts
}

// gzipHeader is that of RFC 1952: deflate, no name, no time, of an unknown system.
var gzipHeader = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}

// gzipEnd ends the deflate stream with a block of text that is stored as it is,
// and the member with the sum and length of all.
func gzipEnd(end string, sum, size uint32) []byte {
	tail := make([]byte, 0, 5+len(end)+8)
	tail = append(tail, 1) // the last block, stored
	tail = binary.LittleEndian.AppendUint16(tail, uint16(len(end)))
	tail = binary.LittleEndian.AppendUint16(tail, ^uint16(len(end)))
	tail = append(tail, end...)
	tail = binary.LittleEndian.AppendUint32(tail, sum)
	return binary.LittleEndian.AppendUint32(tail, size)
}

// zstdFrame is a frame, as RFC 8878 has it, of one block that is stored as it is.
func zstdFrame(text string) []byte {
	header := []byte{0x28, 0xb5, 0x2f, 0xfd, 1 << 5, byte(len(text)), byte(1 | len(text)<<3), byte(len(text) >> 5), 0}
	return append(header, text...)
}
