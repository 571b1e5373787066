package httpclient

import (
	"encoding/base64"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-metrics-plus/metrics/internal/reports"
)

// Secrets are what no error may show, in the forms in which it may come back.
type Secrets []string

// Add adds secrets such as tokens.
func (s *Secrets) Add(texts ...string) {
	for _, text := range texts {
		quoted := strings.Trim(strconv.Quote(text), `"`)
		for _, form := range []string{text, quoted, url.QueryEscape(text), url.PathEscape(text)} {
			if len(form) >= reports.ShortestSecret && !slices.Contains(*s, form) {
				*s = append(*s, form)
			}
		}
	}
	// The longest comes first, lest a part of it be masked and the rest be shown.
	slices.SortStableFunc(*s, func(a, b string) int { return len(b) - len(a) })
}

// AddHeader adds the value of a header, and what follows the scheme in one like "Bearer
// token", which a receiver may quote without it.
func (s *Secrets) AddHeader(value string) {
	s.Add(value)
	scheme, credentials, _ := strings.Cut(value, " ")
	s.Add(credentials)
	if decoded, err := base64.StdEncoding.DecodeString(credentials); err == nil && strings.EqualFold(scheme, "Basic") {
		user, password, _ := strings.Cut(string(decoded), ":")
		s.AddPassword(user, password)
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
	password, _ := address.User.Password()
	s.AddPassword(address.User.Username(), password)
	for _, values := range address.Query() {
		s.Add(values...)
	}
}

// Hide returns the error itself if HideText leaves its text as it is. Otherwise it returns
// one with that text, which can be compared with what the first wraps.
func (s Secrets) Hide(err error) error {
	text := err.Error()
	hidden := s.HideText(text)
	if hidden == text {
		return err
	}
	return &hiddenError{hidden, err}
}

// userInfo is a user and password in an address, which may be that of a proxy.
var userInfo = regexp.MustCompile(`//[^\s"'/@]+@`)

// HideText returns a text without secrets. One that the end of the text cuts off is
// masked, too.
func (s Secrets) HideText(text string) string {
	text = reports.Mask(text, s)
	return reports.Printable(userInfo.ReplaceAllString(text, "//"+reports.Masked+"@"))
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
