package wire

import (
	"net/http"
	"strconv"
	"strings"
)

// Coding is a content coding of HTTP.
type Coding uint8

// The codings, in the order of preference among those that a client likes as much.
const (
	Gzip Coding = iota
	Zstd
	Identity
	codings
)

// String is the coding's name in headers.
func (c Coding) String() string { return [...]string{"gzip", "zstd", "identity"}[c] }

// NegotiateCoding picks the coding with the highest q-value in the Accept-Encoding
// headers, as RFC 9110 section 12.5.3 has it: "*" stands for those that are not
// named, 0 forbids, and identity is fine unless it is forbidden, but comes after
// what is named. It is also the answer where nothing is allowed, and where the
// client sends no such header.
func NegotiateCoding(header http.Header) Coding {
	const unnamed = -1
	weights, any := [codings]float64{unnamed, unnamed, unnamed}, float64(unnamed)
	for _, line := range header["Accept-Encoding"] {
		for element := range strings.SplitSeq(line, ",") {
			name, q, valid := parseCoding(element)
			if !valid {
				continue
			}
			switch name {
			case "gzip", "x-gzip":
				weights[Gzip] = q
			case "zstd":
				weights[Zstd] = q
			case "identity":
				weights[Identity] = q
			case "*":
				any = q
			}
		}
	}
	best, weight := Identity, 0.0
	for coding := range codings {
		w := weights[coding]
		if w == unnamed {
			w = any
		}
		if w > weight {
			best, weight = coding, w
		}
	}
	return best
}

// parseCoding splits an element like "gzip;q=0.5".
func parseCoding(element string) (name string, q float64, valid bool) {
	name, parameters, _ := strings.Cut(element, ";")
	name, q = strings.ToLower(strings.TrimSpace(name)), 1
	for parameter := range strings.SplitSeq(parameters, ";") {
		key, value, _ := strings.Cut(parameter, "=")
		if !strings.EqualFold(strings.TrimSpace(key), "q") {
			continue
		}
		var err error
		q, err = strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || !(q >= 0 && q <= 1) {
			return name, 0, false
		}
	}
	return name, q, name != ""
}
