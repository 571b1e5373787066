package httpclient

import (
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
)

// mask stands where a text had a secret.
const mask = "xxxxx"

// shortest is how long a secret is that can be looked for: a shorter one would be found
// in the words of any error.
const shortest = 4

// Secrets are what no error may show, in the forms in which it may come back.
type Secrets []string

// Add adds secrets such as tokens.
func (s *Secrets) Add(texts ...string) {
	for _, text := range texts {
		for _, form := range []string{text, url.QueryEscape(text), url.PathEscape(text)} {
			if len(form) >= shortest {
				*s = append(*s, form)
			}
		}
	}
}

// AddPassword adds a password, also as basic authentication has it.
func (s *Secrets) AddPassword(user, password string) {
	if password != "" {
		s.Add(base64.StdEncoding.EncodeToString([]byte(user+":"+password)), password)
	}
}

// AddAddress adds the password of an address and the values of its query, which may be
// tokens.
func (s *Secrets) AddAddress(address *url.URL) {
	if password, ok := address.User.Password(); ok {
		s.AddPassword(address.User.Username(), password)
	}
	for _, values := range address.Query() {
		s.Add(values...)
	}
}

// Hide returns the error itself if its text has no secret. Otherwise it returns one that
// says the same without it, and can be compared with what the first wraps.
func (s Secrets) Hide(err error) error {
	text := err.Error()
	hidden := text
	for _, secret := range s {
		hidden = strings.ReplaceAll(hidden, secret, mask)
	}
	if hidden == text {
		return err
	}
	return &hiddenError{hidden, err}
}

type hiddenError struct {
	text  string
	cause error
}

// Error is the text without secrets.
func (e *hiddenError) Error() string { return e.text }

// Is reports whether the cause is the target. The cause itself is not given out, since
// its text has the secret.
func (e *hiddenError) Is(target error) bool { return errors.Is(e.cause, target) }
