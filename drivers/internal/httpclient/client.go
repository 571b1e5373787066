// Package httpclient is what drivers share that send to an HTTP server: addresses, one
// look at each answer, and errors without secrets.
package httpclient

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-metrics-plus/metrics/internal/reports"
)

// Parse refuses what could not be sent to. Its errors have no passwords in them, which
// those of url.Parse have.
func Parse(text string) (*url.URL, error) {
	address, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("the address can't be parsed")
	case address.Scheme != "http" && address.Scheme != "https", address.Host == "":
		return nil, fmt.Errorf("%s is no http or https address", Shown(address))
	case address.Fragment != "":
		return nil, fmt.Errorf("%s has a fragment", Shown(address))
	}
	return address, nil
}

// Shown leaves out the user, the password and the query, which may hold a token.
func Shown(address *url.URL) string {
	return (&url.URL{Scheme: address.Scheme, Host: address.Host, Path: address.Path}).String()
}

// ShownText is Shown for an address that was not parsed, and may have no scheme.
func ShownText(text string) string {
	address, err := url.Parse(text)
	switch {
	case err != nil || address.Host == "" && strings.Contains(text, "@"):
		return reports.Masked
	case address.Host == "": // without a scheme
		text, _, _ = strings.Cut(text, "?")
		return text
	}
	return Shown(address)
}

// ShownSecret stands for a secret where a configuration is printed.
func ShownSecret(text string) string {
	if text == "" {
		return ""
	}
	return reports.Masked
}

// ShownSecrets is ShownSecret for the values of headers.
func ShownSecrets(headers map[string]string) map[string]string {
	shown := maps.Clone(headers)
	for name, value := range shown {
		shown[name] = ShownSecret(value)
	}
	return shown
}

// New returns a copy of a client, or one of its own for nil, whose connections closeIdle
// closes. It adds the headers to requests for the address, which may be secret and go
// nowhere else, and serves only requests with a context of Note.
func New(client *http.Client, address *url.URL, headers http.Header) (copied *http.Client, closeIdle func()) {
	copied = &http.Client{}
	closeIdle = func() {}
	if client != nil {
		*copied = *client
	} else if own, ok := http.DefaultTransport.(*http.Transport); ok {
		own = own.Clone()
		copied.Transport, closeIdle = own, own.CloseIdleConnections
	}
	if copied.Transport == nil {
		copied.Transport = http.DefaultTransport
	}
	if copied.CheckRedirect == nil {
		copied.CheckRedirect = keepMethod
	}
	copied.Transport = &transport{next: copied.Transport, address: address, headers: headers}
	return copied, closeIdle
}

// keepMethod does not follow a redirect that makes a GET of a request, whose answer
// would look like success, nor one from https to http.
func keepMethod(next *http.Request, before []*http.Request) error {
	last := before[len(before)-1]
	if len(before) >= 10 || next.Method != last.Method || last.URL.Scheme == "https" && next.URL.Scheme != "https" {
		return http.ErrUseLastResponse
	}
	return nil
}

// Cause unwraps the errors of net/http, which quote an address with its query.
func Cause(err error) error {
	var quoting *url.Error
	for errors.As(err, &quoting) {
		err = quoting.Err
	}
	return err
}
