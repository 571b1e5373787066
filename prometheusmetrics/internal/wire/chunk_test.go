package wire

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// decoded undoes a coding with decoders that know nothing of chunks.
func decoded(t *testing.T, coding Coding, parts [][]byte) string {
	t.Helper()
	var reader io.Reader = bytes.NewReader(bytes.Join(parts, nil))
	switch coding {
	case Gzip:
		unzipped, err := gzip.NewReader(reader)
		if err != nil {
			t.Fatal(err)
		}
		unzipped.Multistream(false) // one member is what browsers read
		defer func() {
			if n, _ := io.Copy(io.Discard, reader); n > 0 {
				t.Errorf("%d bytes follow the member", n)
			}
		}()
		reader = unzipped
	case Zstd:
		unzipped, err := zstd.NewReader(reader)
		if err != nil {
			t.Fatal(err)
		}
		defer unzipped.Close()
		reader = unzipped
	}
	text, err := io.ReadAll(reader)
	if err != nil {
		t.Fatalf("%v: %v", coding, err)
	}
	return string(text)
}

func render(coding Coding, text string) Chunk {
	renderer := NewRenderer(coding, len(text)/2)
	for line := range strings.Lines(text) {
		renderer.Buffer = append(renderer.Buffer, line...)
		renderer.Spill()
	}
	return renderer.End()
}

func TestJoin(t *testing.T) {
	lines := func(n int) string {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, "series_%d %d\n", i, rand.Uint32())
		}
		return text.String()
	}
	for coding := range codings {
		for _, end := range []string{"", "# EOF\n"} {
			for _, texts := range [][]string{{}, {""}, {"a 1\n"}, {lines(10000)}, {lines(3000), "", lines(1), lines(5000)}} {
				var chunks []Chunk
				for _, text := range texts {
					chunks = append(chunks, render(coding, text))
				}
				for range 2 { // chunks can be joined again
					if got := decoded(t, coding, Join(coding, end, chunks...)); got != strings.Join(texts, "")+end {
						t.Errorf("%v of %d texts: got %d bytes", coding, len(texts), len(got))
					}
				}
			}
		}
	}
}

// TestSpill compresses what is worth it, and leaves little in the buffer.
func TestSpill(t *testing.T) {
	for coding := range codings {
		r := NewRenderer(coding, 0)
		for _, size := range []int{1, spillSize - 1, spillSize, 10, spillSize + 1} {
			r.Buffer = append(r.Buffer[:0], make([]byte, size)...)
			r.Spill()
			if spilled := len(r.Buffer) == 0; spilled != (coding != Identity && size >= spillSize) {
				t.Errorf("%v: %d bytes are spilled: %v", coding, size, spilled)
			}
		}
		r.End()
	}
}

// TestJoinWithoutEnd: nothing is added to chunks that have no end, but in zstd a body of
// nothing is a frame all the same.
func TestJoinWithoutEnd(t *testing.T) {
	for coding, empty := range map[Coding]int{Identity: 0, Zstd: 1} {
		if parts := Join(coding, ""); len(parts) != empty || empty > 0 && len(parts[0]) == 0 {
			t.Errorf("%v: nothing is written as %q", coding, parts)
		}
		if parts := Join(coding, "", render(coding, "a 1\n")); len(parts) != 1 {
			t.Errorf("%v: a chunk is written as %q", coding, parts)
		}
	}
}

// TestRendererHasRoom: what is not compressed may be a little longer than expected, and
// what is keeps its buffer for the next time.
func TestRendererHasRoom(t *testing.T) {
	const expected = 1 << 20
	if room := cap(NewRenderer(Identity, expected).Buffer) - expected; room < expected/20 || room > expected/10 {
		t.Errorf("room for %d bytes more than expected", room)
	}
	r := NewRenderer(Gzip, expected)
	tools := r.tools
	r.Buffer = make([]byte, expected)
	if r.End(); cap(tools.scratch) < expected {
		t.Errorf("a buffer of %d bytes is kept", cap(tools.scratch))
	}
}
