package httpmetrics

import (
	"io"
	"net/http"
)

// A handler finds out by type assertions what its ResponseWriter can do, and takes
// another way if it can't. So a recorder must have just the methods that the writer
// has: one for each combination of the four interfaces, and for the two writers of
// net/http, HTTP/1.1's and HTTP/2's, the deprecated CloseNotifier too. Each is one
// allocation.

const (
	canFlush = 1 << iota
	canHijack
	canReadFrom
	canPush
	canCloseNotify

	http1 = canFlush | canHijack | canReadFrom | canCloseNotify
	http2 = canFlush | canPush | canCloseNotify
)

func abilities(w http.ResponseWriter) (can int) {
	if _, ok := w.(http.Flusher); ok {
		can |= canFlush
	}
	if _, ok := w.(http.Hijacker); ok {
		can |= canHijack
	}
	if _, ok := w.(io.ReaderFrom); ok {
		can |= canReadFrom
	}
	if _, ok := w.(http.Pusher); ok {
		can |= canPush
	}
	//lint:ignore SA1019 older handlers still ask for it
	if _, ok := w.(http.CloseNotifier); ok {
		can |= canCloseNotify
	}
	if can != http1 && can != http2 {
		can &^= canCloseNotify
	}
	return can
}

// newRecorder returns a recorder over w, and the writer for the handler.
func newRecorder(w http.ResponseWriter) (*recorder, http.ResponseWriter) {
	rec, wrapped := recorderThat(abilities(w))
	rec.ResponseWriter = w
	return rec, wrapped
}

func recorderThat(can int) (*recorder, http.ResponseWriter) {
	switch can {
	case http1:
		v := new(struct {
			recorder
			flusher
			hijacker
			readerFrom
			closeNotifier
		})
		r := &v.recorder
		v.flusher.of, v.hijacker.of, v.readerFrom.of, v.closeNotifier.of = r, r, r, r
		return r, v
	case http2:
		v := new(struct {
			recorder
			flusher
			pusher
			closeNotifier
		})
		r := &v.recorder
		v.flusher.of, v.pusher.of, v.closeNotifier.of = r, r, r
		return r, v
	case canFlush:
		v := new(struct {
			recorder
			flusher
		})
		v.flusher.of = &v.recorder
		return &v.recorder, v
	case canHijack:
		v := new(struct {
			recorder
			hijacker
		})
		v.hijacker.of = &v.recorder
		return &v.recorder, v
	case canReadFrom:
		v := new(struct {
			recorder
			readerFrom
		})
		v.readerFrom.of = &v.recorder
		return &v.recorder, v
	case canPush:
		v := new(struct {
			recorder
			pusher
		})
		v.pusher.of = &v.recorder
		return &v.recorder, v
	}
	return recorderThatCanMore(can)
}

// recorderThatCanMore is for the writers of other middleware.
func recorderThatCanMore(can int) (*recorder, http.ResponseWriter) {
	switch can {
	case canFlush | canHijack:
		v := new(struct {
			recorder
			flusher
			hijacker
		})
		v.flusher.of, v.hijacker.of = &v.recorder, &v.recorder
		return &v.recorder, v
	case canFlush | canReadFrom:
		v := new(struct {
			recorder
			flusher
			readerFrom
		})
		v.flusher.of, v.readerFrom.of = &v.recorder, &v.recorder
		return &v.recorder, v
	case canFlush | canPush:
		v := new(struct {
			recorder
			flusher
			pusher
		})
		v.flusher.of, v.pusher.of = &v.recorder, &v.recorder
		return &v.recorder, v
	case canHijack | canReadFrom:
		v := new(struct {
			recorder
			hijacker
			readerFrom
		})
		v.hijacker.of, v.readerFrom.of = &v.recorder, &v.recorder
		return &v.recorder, v
	case canHijack | canPush:
		v := new(struct {
			recorder
			hijacker
			pusher
		})
		v.hijacker.of, v.pusher.of = &v.recorder, &v.recorder
		return &v.recorder, v
	case canReadFrom | canPush:
		v := new(struct {
			recorder
			readerFrom
			pusher
		})
		v.readerFrom.of, v.pusher.of = &v.recorder, &v.recorder
		return &v.recorder, v
	case canFlush | canHijack | canReadFrom:
		v := new(struct {
			recorder
			flusher
			hijacker
			readerFrom
		})
		v.flusher.of, v.hijacker.of, v.readerFrom.of = &v.recorder, &v.recorder, &v.recorder
		return &v.recorder, v
	case canFlush | canHijack | canPush:
		v := new(struct {
			recorder
			flusher
			hijacker
			pusher
		})
		v.flusher.of, v.hijacker.of, v.pusher.of = &v.recorder, &v.recorder, &v.recorder
		return &v.recorder, v
	case canFlush | canReadFrom | canPush:
		v := new(struct {
			recorder
			flusher
			readerFrom
			pusher
		})
		v.flusher.of, v.readerFrom.of, v.pusher.of = &v.recorder, &v.recorder, &v.recorder
		return &v.recorder, v
	case canHijack | canReadFrom | canPush:
		v := new(struct {
			recorder
			hijacker
			readerFrom
			pusher
		})
		v.hijacker.of, v.readerFrom.of, v.pusher.of = &v.recorder, &v.recorder, &v.recorder
		return &v.recorder, v
	case canFlush | canHijack | canReadFrom | canPush:
		v := new(struct {
			recorder
			flusher
			hijacker
			readerFrom
			pusher
		})
		r := &v.recorder
		v.flusher.of, v.hijacker.of, v.readerFrom.of, v.pusher.of = r, r, r, r
		return r, v
	}
	r := new(recorder)
	return r, r
}
