package live

import (
	"bytes"
	"strconv"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/wire"
)

// history is the last minutes, as compressed segments. Each begins with a frame
// that tells of everything, so that it can be read without those before it, and
// is stored as it is sent.
type history struct {
	limit    int64 // ms
	maxBytes int
	segments []segment // the oldest first
	next     uint64    // number of the next segment
	bytes    int       // of the segments

	// The segment that is being written.
	buffer   bytes.Buffer
	writer   *gzip.Writer
	frames   int
	from, to int64
}

// segment is a piece of history that is complete.
type segment struct {
	id       uint64
	from, to int64 // ms since 1970
	frames   int
	gz       []byte
}

// segmentFrames is how many frames a segment has at most. The first, which has
// everything, takes as much as several others; the oldest segment goes as a whole.
const segmentFrames = 30

// shortFrames is what a segment has at least that who asks for the history may end, if the
// one before it was ended early, too. Otherwise asking each second would make every frame
// one that has everything, and push the rest of the history out.
const shortFrames = segmentFrames / 3

func newHistory(c Config) *history {
	return &history{limit: c.History.Milliseconds(), maxBytes: c.HistoryBytes, next: 1}
}

// add takes in the frame that the tracker just made.
func (h *history) add(frame []byte, t *tracker, seq uint64) {
	now := time.Now().UnixMilli()
	if h.frames == 0 {
		h.from = now
		h.buffer.Reset()
		h.writer, _ = gzip.NewWriterLevel(&h.buffer, wire.GzipLevel)
		h.writer.Write([]byte(`{"v":` + strconv.Itoa(version) + `,"frames":[`))
		frame = t.appendFrame(nil, seq, true, t.whole())
	} else {
		h.writer.Write([]byte(","))
	}
	h.writer.Write(frame)
	h.frames, h.to = h.frames+1, now
	if h.frames == segmentFrames || h.buffer.Len() > h.maxBytes/4 {
		h.seal()
	}
	h.expire(now)
}

// seal ends the segment that is being written.
func (h *history) seal() {
	if h.frames == 0 {
		return
	}
	h.writer.Write([]byte("]}\n"))
	h.writer.Close()
	h.segments = append(h.segments, segment{h.next, h.from, h.to, h.frames, bytes.Clone(h.buffer.Bytes())})
	h.bytes += h.buffer.Len()
	h.next++
	h.frames, h.writer = 0, nil
	h.buffer = bytes.Buffer{}
}

// sealEarly ends the segment that is being written for who asks for the history.
func (h *history) sealEarly() {
	if last := len(h.segments) - 1; h.frames >= shortFrames || last < 0 || h.segments[last].frames >= shortFrames {
		h.seal()
	}
}

// expire drops the oldest segments, while they are too old or too many bytes.
func (h *history) expire(now int64) {
	for len(h.segments) > 0 && (h.segments[0].to < now-h.limit || h.bytes+h.buffer.Len() > h.maxBytes) {
		h.bytes -= len(h.segments[0].gz)
		h.segments[0].gz = nil
		h.segments = h.segments[1:]
	}
}

// list tells of all segments, as JSON, after sealing what there is if that may be.
func (f *feed) list() *answer {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := strconv.AppendInt([]byte(`{"v":`), version, 10)
	b = appendString(append(b, `,"session":`...), f.session)
	var segments []segment
	if f.history != nil {
		f.history.sealEarly()
		f.history.expire(time.Now().UnixMilli())
		segments = f.history.segments
	}
	b = appendList(append(b, `,"segments":`...), segments, func(b []byte, s segment) []byte {
		b = strconv.AppendUint(append(b, `{"id":`...), s.id, 10)
		b = strconv.AppendInt(append(b, `,"from":`...), s.from, 10)
		b = strconv.AppendInt(append(b, `,"to":`...), s.to, 10)
		b = appendInt(append(b, `,"frames":`...), s.frames)
		b = appendInt(append(b, `,"bytes":`...), len(s.gz))
		return append(b, '}')
	})
	return &answer{plain: append(b, "}\n"...)}
}

// segment returns a segment's answer, nil if it is not kept any more.
func (f *feed) segment(id uint64) *answer {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.history == nil {
		return nil
	}
	for _, s := range f.history.segments {
		if s.id == id {
			return compressed(s.gz)
		}
	}
	return nil
}
