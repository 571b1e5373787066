package remotewrite

import (
	"google.golang.org/protobuf/encoding/protowire"

	writev2 "github.com/prometheus/client_golang/exp/api/remote/genproto/v2"
)

// encode2 writes an io.prometheus.write.v2.Request, the message of remote write 2.0.
// client_golang's type for it is that of a draft, which has the time when counting began
// with the series. The protocol as it was settled has it with each sample. Receivers
// of either kind ignore the field that they don't know, so that both are written.
func encode2(samples []sample) encoded {
	symbols := writev2.NewSymbolTable()
	var request, message []byte
	for i := range samples {
		message = appendSeries2(message[:0], &samples[i], &symbols)
		request = appendMessage(request, 5, message)
	}
	for _, symbol := range symbols.Symbols() {
		request = appendString(request, 4, symbol)
	}
	return request
}

func appendSeries2(b []byte, s *sample, symbols *writev2.SymbolsTable) []byte {
	b = appendLabels2(b, s.series.labels, symbols)
	if s.histogram == nil {
		b = appendMessage(b, 2, appendValue2(nil, s))
	} else {
		message, _ := s.histogram.MarshalVT() // has no way to fail
		b = appendMessage(b, 3, appendStart(message, 17, s.start))
	}
	for _, e := range s.exemplars {
		message := appendLabels2(nil, e.labels, symbols)
		message = appendDouble(message, 2, e.value)
		message = appendVarint(message, 3, uint64(e.at))
		b = appendMessage(b, 4, message)
	}
	meta := s.series.meta
	message := appendVarint(nil, 1, typeOf(meta))
	message = appendVarint(message, 3, uint64(symbols.Symbolize(meta.help)))
	message = appendVarint(message, 4, uint64(symbols.Symbolize(meta.unit)))
	b = appendMessage(b, 5, message)
	return appendStart(b, 6, s.start) // of the draft
}

func appendValue2(b []byte, s *sample) []byte {
	b = appendDouble(b, 1, s.value)
	b = appendVarint(b, 2, uint64(s.at))
	return appendStart(b, 3, s.start)
}

func appendStart(b []byte, field protowire.Number, start int64) []byte {
	if start == 0 {
		return b
	}
	return appendVarint(b, field, uint64(start))
}

// appendLabels2 writes the references of names and values.
func appendLabels2(b []byte, labels []label, symbols *writev2.SymbolsTable) []byte {
	var references []byte
	for _, l := range labels {
		references = protowire.AppendVarint(references, uint64(symbols.Symbolize(l.name)))
		references = protowire.AppendVarint(references, uint64(symbols.Symbolize(l.value)))
	}
	return appendMessage(b, 1, references)
}
