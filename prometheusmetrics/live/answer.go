package live

import (
	"bytes"
	"net/http"
	"strconv"
	"sync"

	"github.com/klauspost/compress/gzip"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/wire"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/writing"
)

// version is that of the format in PROTOCOL.md.
const version = 1

// answer is a body that may go to several viewers, compressed once at most. One
// that is kept compressed is only unpacked for who does not take it so.
type answer struct {
	plain []byte
	once  sync.Once
	gz    []byte
}

// compressed is an answer of which only the compressed form is there.
func compressed(gz []byte) *answer {
	a := &answer{gz: gz}
	a.once.Do(func() {})
	return a
}

// newAnswer puts frames into a head that has begun the answer.
func newAnswer(head []byte, frames [][]byte) *answer {
	head = append(head, `,"frames":[`...)
	head = append(head, bytes.Join(frames, []byte(","))...)
	return &answer{plain: append(head, "]}\n"...)}
}

// answer returns what is to be sent to a viewer that has everything up to since:
// the frames after it, or else everything. The caller holds the lock.
func (f *feed) answer(since uint64) *answer {
	frames := f.recent.after(since)
	if frames == nil {
		since = 0 // whoever is told everything gets the same, whatever number was invented
	}
	if a := f.answers[since]; a != nil {
		return a
	}
	if frames == nil {
		frames = [][]byte{f.tracker.appendFrame(nil, f.seq, true, f.tracker.whole())}
	}
	a := newAnswer(f.appendHead(nil, f.seq, f.problem), frames)
	f.answers[since] = a
	return a
}

func (f *feed) appendHead(b []byte, seq uint64, problem string) []byte {
	b = strconv.AppendInt(append(b, `{"v":`...), version, 10)
	b = appendString(append(b, `,"session":`...), f.session)
	b = strconv.AppendUint(append(b, `,"seq":`...), seq, 10)
	b = strconv.AppendInt(append(b, `,"interval":`...), f.config.Interval.Milliseconds(), 10)
	b = appendString(append(b, `,"title":`...), f.config.Title)
	if t := f.tracker; t != nil {
		b = appendInt(append(b, `,"shown":`...), t.series)
		b = appendInt(append(b, `,"left":`...), t.leftOut())
		b = appendInt(append(b, `,"max_series":`...), t.maxSeries)
		b = appendInt(append(b, `,"max_bytes":`...), t.maxBytes)
	}
	if problem != "" {
		b = appendString(append(b, `,"problem":`...), problem)
	}
	return b
}

// write sends the answer, compressed if the client takes that.
func (a *answer) write(w http.ResponseWriter, r *http.Request, contentType, caching string, to *writing.Answers) {
	header := w.Header()
	header.Set("Content-Type", contentType)
	header.Set("Cache-Control", caching)
	header.Set("Vary", "Accept-Encoding")
	body := a.plain
	if wire.NegotiateCoding(r.Header) == wire.Gzip {
		a.once.Do(func() { a.gz = compress(a.plain) })
		header.Set("Content-Encoding", "gzip")
		body = a.gz
	}
	if body != nil {
		header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	switch {
	case r.Method == http.MethodHead:
	case body != nil:
		to.Send(w, r, body)
	default:
		// An hour of history may be a hundred times as much for a client that takes no gzip.
		if unpacked, err := gzip.NewReader(bytes.NewReader(a.gz)); err == nil { // it is our own work
			to.SendFrom(w, r, unpacked, len(a.gz))
		}
	}
}

// compressors are kept, since each has tables of most of a megabyte.
var compressors = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, wire.GzipLevel)
	return w
}}

func compress(plain []byte) []byte {
	var b bytes.Buffer
	w := compressors.Get().(*gzip.Writer)
	defer compressors.Put(w)
	w.Reset(&b)
	w.Write(plain) // a buffer takes everything
	w.Close()
	return b.Bytes()
}

// recent are the last few frames, for viewers that missed some.
type recent struct {
	frames []numbered
	bytes  int
}

type numbered struct {
	seq  uint64
	json []byte
}

// maxRecent and maxRecentBytes bound them; the last frame is always kept.
const (
	maxRecent      = 16
	maxRecentBytes = 8 << 20
)

func (r *recent) clear() { *r = recent{} }

func (r *recent) add(seq uint64, json []byte) {
	r.frames = append(r.frames, numbered{seq, json})
	r.bytes += len(json)
	for len(r.frames) > 1 && (len(r.frames) > maxRecent || r.bytes > maxRecentBytes) {
		r.bytes -= len(r.frames[0].json)
		r.frames[0].json = nil
		r.frames = r.frames[1:]
	}
}

// after returns the frames that follow one, nil if it is not known any more.
func (r *recent) after(seq uint64) [][]byte {
	for i := range r.frames {
		if r.frames[i].seq == seq+1 && seq > 0 {
			frames := make([][]byte, 0, len(r.frames)-i)
			for _, frame := range r.frames[i:] {
				frames = append(frames, frame.json)
			}
			return frames
		}
	}
	return nil
}
