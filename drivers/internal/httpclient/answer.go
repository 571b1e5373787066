package httpclient

import (
	"context"
	"net/http"
	"strings"
)

// Answer is what came back for a request.
type Answer struct {
	// Err is why nothing came back.
	Err error
	// Status is 0 if nothing came back.
	Status int
	Header http.Header

	body strings.Builder // its beginning
}

type answerKey struct{}

// Note returns a context whose request is tried once, and notes what comes back. The
// answer may be read when the client's method has returned.
func Note(ctx context.Context) (context.Context, *Answer) {
	answer := &Answer{}
	return context.WithValue(ctx, answerKey{}, answer), answer
}

// Text is the beginning of what the receiver said, in one line.
func (a *Answer) Text() string {
	said := strings.Join(strings.Fields(strings.ToValidUTF8(a.body.String(), "?")), " ")
	if said == "" {
		return "the receiver said nothing"
	}
	return said
}
