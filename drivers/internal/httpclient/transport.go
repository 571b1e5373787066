package httpclient

import (
	"errors"
	"io"
	"net/http"
	"net/url"
)

const (
	// maxAnswer is how much of an answer is read. Prometheus lists every bad series.
	maxAnswer = 64 << 10

	// maxQuoted is how much of it an error may quote.
	maxQuoted = 512
)

// transport adds the headers of the configuration, and notes the answer of a request in
// the request's context.
type transport struct {
	next    http.RoundTripper
	address *url.URL // the only place that gets the headers, which may be secret
	headers http.Header
}

var errAgain = errors.New("sent once already")

// RoundTrip sends the request, unless the answer has come already, or nobody waits for
// it.
func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	answer, _ := request.Context().Value(answerKey{}).(*Answer)
	if answer == nil || answer.Err != nil {
		return nil, errAgain
	}
	if err := request.Context().Err(); err != nil {
		if answer.Status == 0 {
			answer.Err = err
		}
		return nil, err
	}
	request = request.Clone(request.Context())
	request.Header.Del("Referer") // after a redirect: the address before it, with its query
	if len(t.headers) > 0 && request.URL.Scheme == t.address.Scheme && request.URL.Host == t.address.Host {
		for name, values := range t.headers {
			request.Header[name] = values
		}
	}
	response, err := t.next.RoundTrip(request)
	switch {
	case err != nil:
		answer.Err = err
		return nil, err
	case response == nil:
		answer.Err = errors.New("the HTTP client returned no response")
		return nil, answer.Err
	}
	answer.Status, answer.Header = response.StatusCode, response.Header
	answer.body.Reset()
	response.Body = &body{ReadCloser: response.Body, left: maxAnswer, answer: answer}
	return response, nil
}

// body passes on the beginning of an answer, and notes the beginning of that.
type body struct {
	io.ReadCloser
	left   int
	answer *Answer
}

// Read reads up to maxAnswer bytes in all.
func (b *body) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.EOF
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	b.answer.body.Write(p[:min(n, maxQuoted-b.answer.body.Len())])
	return n, err
}
