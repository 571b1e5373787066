package remotewrite

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

// secrets are what no error may show, in the forms in which it may come back.
type secrets []string

func (c Config) secrets(address *url.URL) secrets {
	var all secrets
	add := func(texts ...string) {
		for _, secret := range texts {
			if len(secret) >= shortest {
				all = append(all, secret)
			}
		}
	}
	basic := func(user, password string) {
		add(base64.StdEncoding.EncodeToString([]byte(user+":"+password)), password, url.QueryEscape(password),
			url.PathEscape(password))
	}
	if password, ok := address.User.Password(); ok {
		basic(address.User.Username(), password)
	}
	if c.Password != "" {
		basic(c.Username, c.Password)
	}
	add(c.BearerToken)
	for _, values := range address.Query() {
		for _, value := range values {
			add(value, url.QueryEscape(value))
		}
	}
	return all
}

// hide returns the error itself if its text has no secret. Otherwise it returns one that
// says the same without it, and can be compared with what the first wraps.
func (s secrets) hide(err error) error {
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
