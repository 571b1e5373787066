package gateway

import (
	"context"
	"encoding/base64"
	"errors"
	"net"
	"net/url"
	"regexp"
	"strings"

	"github.com/go-metrics-plus/metrics/internal/reports"
)

// A user and password, as they stand before the host in an address, behind the
// scheme's slashes or without them: a proxy's, for instance, whose settings the
// transport quotes.
var (
	userInfo = regexp.MustCompile(`//[^\s"'@]+@`)
	bareInfo = regexp.MustCompile(`[^\s"'/:@]+:[^\s"'/@][^\s"'@]*@`)
)

// secretsOf returns the forms in which the password of an address may come back.
func secretsOf(user *url.Userinfo) []string {
	password, _ := user.Password() // of a nil *url.Userinfo there is none
	if password == "" {
		return nil
	}
	_, escaped, _ := strings.Cut(user.String(), ":")
	basic := base64.StdEncoding.EncodeToString([]byte(user.Username() + ":" + password))
	if len(password) < reports.ShortestSecret {
		return []string{basic}
	}
	return []string{basic, password, escaped, url.QueryEscape(password)}
}

// Shown is an address of a gateway, which need not make sense, without what may be secret.
func Shown(address string) string {
	if address == "" {
		return ""
	}
	base, err := parseAddress(address)
	if err != nil {
		return reports.Masked
	}
	return shown(base)
}

// clean masks passwords in a text that somebody else wrote: the group's own, and
// what looks like one in an address. It quotes what can't be printed, which a gateway or
// whoever answers in its place may say to steer a terminal.
func (g *Group) clean(text string) string {
	text = reports.Mask(text, g.secrets)
	text = bareInfo.ReplaceAllString(userInfo.ReplaceAllString(text, "//"+reports.Masked+"@"), reports.Masked+"@")
	return reports.Printable(text)
}

// cleanError returns the error itself if its text is clean. Otherwise it
// returns one that says the same in a clean text. That one can be compared with what
// the first wraps, but does not give it out.
func (g *Group) cleanError(err error) error {
	text := err.Error()
	if cleaned := g.clean(text); cleaned != text {
		return &cleanedError{cleaned, err}
	}
	return err
}

type cleanedError struct {
	text  string
	cause error
}

func (e *cleanedError) Error() string        { return e.text }
func (e *cleanedError) Is(target error) bool { return errors.Is(e.cause, target) }
func (e *cleanedError) Timeout() bool        { return isTimeout(e.cause) }

// Temporary is there for the sake of net.Error.
func (e *cleanedError) Temporary() bool { return isTimeout(e.cause) }

var _ net.Error = (*cleanedError)(nil)

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}
