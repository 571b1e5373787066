package wire

import (
	"hash/crc32"
	"math/rand/v2"
	"testing"
)

func TestCombine(t *testing.T) {
	text := make([]byte, 100_000)
	for i := range text {
		text[i] = byte(rand.Uint32())
	}
	for _, cut := range []int{0, 1, 7, 4096, 99_999, 100_000} {
		first, second := crc32.ChecksumIEEE(text[:cut]), crc32.ChecksumIEEE(text[cut:])
		if got, want := combine(first, second, int64(len(text)-cut)), crc32.ChecksumIEEE(text); got != want {
			t.Errorf("cut at %d: %08x, want %08x", cut, got, want)
		}
	}
}
