package remotewrite

import "google.golang.org/protobuf/encoding/protowire"

// encode1 writes a prometheus.WriteRequest, the message of remote write 1.0, for which
// client_golang has no type. The field numbers are those of the protocol.
func encode1(samples []sample) encoded {
	var request, message []byte
	metas := map[*metadata]bool{}
	for i := range samples {
		s := &samples[i]
		message = appendSeries1(message[:0], s)
		request = appendMessage(request, 1, message)
		metas[s.series.meta] = false
	}
	for i := range samples { // in order
		meta := samples[i].series.meta
		if !metas[meta] {
			metas[meta] = true
			message = appendMetadata1(message[:0], meta)
			request = appendMessage(request, 3, message)
		}
	}
	return request
}

func appendSeries1(b []byte, s *sample) []byte {
	for _, l := range s.series.labels {
		b = appendLabel1(b, 1, l)
	}
	// The marker of a histogram is a value here: Prometheus takes both for the end of it,
	// but VictoriaMetrics would count from 0.
	histogram := s.histogram
	if isStale(s.value) {
		histogram = nil
	}
	if histogram == nil {
		value := appendDouble(nil, 1, s.value)
		b = appendMessage(b, 2, appendVarint(value, 2, uint64(s.at)))
	}
	for _, e := range s.exemplars {
		var message []byte
		for _, l := range e.labels {
			message = appendLabel1(message, 1, l)
		}
		message = appendDouble(message, 2, e.value)
		message = appendVarint(message, 3, uint64(e.at))
		b = appendMessage(b, 3, message)
	}
	if histogram != nil { // the same message as in 2.0
		message, _ := histogram.MarshalVT() // has no way to fail
		b = appendMessage(b, 4, message)
	}
	return b
}

func appendLabel1(b []byte, field protowire.Number, l label) []byte {
	size := protowire.SizeTag(1) + protowire.SizeBytes(len(l.name)) +
		protowire.SizeTag(2) + protowire.SizeBytes(len(l.value))
	b = protowire.AppendTag(b, field, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(size))
	b = appendString(b, 1, l.name)
	return appendString(b, 2, l.value)
}

func appendMetadata1(b []byte, meta *metadata) []byte {
	b = appendVarint(b, 1, typeOf(meta))
	b = appendString(b, 2, meta.family)
	b = appendString(b, 4, meta.help)
	return appendString(b, 5, meta.unit)
}
