package wire

import (
	"net/http"
	"strings"
	"sync"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Kind is a format, whatever its version and the escaping of names.
type Kind uint8

// The kinds that an Encoder writes itself, and the rest.
const (
	Other Kind = iota // left to expfmt
	Text
	OpenMetrics
	Protobuf
	Kinds int = iota
)

// Format is what a client and a handler agreed on.
type Format struct {
	Kind        Kind
	Escaping    model.EscapingScheme
	ContentType expfmt.Format
}

// NewFormat reads a content type, one of expfmt's.
func NewFormat(contentType expfmt.Format) Format {
	f := Format{ContentType: contentType, Escaping: contentType.ToEscapingScheme()}
	switch contentType.FormatType() {
	case expfmt.TypeTextPlain:
		f.Kind = Text
	case expfmt.TypeProtoDelim:
		f.Kind = Protobuf
	case expfmt.TypeOpenMetrics:
		switch contentType.Version() {
		case expfmt.OpenMetricsVersion_0_0_1, expfmt.OpenMetricsVersion_1_0_0:
			f.Kind = OpenMetrics
		}
	}
	return f
}

// maxNegotiated bounds the Accept headers that are remembered. A Prometheus
// server sends one or two; whoever sends more than this only pays for parsing.
const maxNegotiated = 64

// negotiated remembers what Accept headers led to: parsing one takes some forty
// allocations, and servers send the same again and again.
var negotiated struct {
	sync.RWMutex
	formats map[acceptKey]Format
}

// acceptKey is all that a negotiation depends on.
type acceptKey struct {
	accept string
	preset model.EscapingScheme
}

// maxAccept bounds how much of an Accept header counts, in bytes. Prometheus sends
// some 300; to parse the megabyte that net/http lets through takes longer than many
// a scrape.
const maxAccept = 4 << 10

// Negotiate picks the format for a request, as promhttp does when OpenMetrics is
// enabled. What a client accepts beyond the first 4 KiB does not count.
func Negotiate(header http.Header) Format {
	accept := header.Get("Accept")
	if len(accept) > maxAccept {
		accept = accept[:max(0, strings.LastIndexByte(accept[:maxAccept], ','))]
		header = http.Header{"Accept": {accept}}
	}
	key := acceptKey{accept, model.NameEscapingScheme}
	negotiated.RLock()
	format, known := negotiated.formats[key]
	negotiated.RUnlock()
	if known {
		return format
	}
	format = NewFormat(expfmt.NegotiateAccept(header, expfmt.DefaultOpenMetricsAcceptedFormats()...))
	negotiated.Lock()
	defer negotiated.Unlock()
	if negotiated.formats == nil || len(negotiated.formats) >= maxNegotiated {
		negotiated.formats = make(map[acceptKey]Format)
	}
	key.accept = strings.Clone(key.accept) // not the rest of the request's headers
	negotiated.formats[key] = format
	return format
}
