package otlp_test

import (
	"compress/gzip"
	"io"
	"net/http"
)

// uncompressed returns the body of a request that is compressed with gzip.
func uncompressed(r *http.Request) io.Reader {
	reader, err := gzip.NewReader(r.Body)
	if err != nil {
		panic(err)
	}
	return reader
}
