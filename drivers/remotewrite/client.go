package remotewrite

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/exp/api/remote"

	"github.com/go-metrics-plus/metrics/drivers/internal/delivery"
)

// client sends messages to one receiver. What it sends is tried once; the driver tries
// again.
type client struct {
	api       *remote.API
	target    string // the receiver's address, without what is nobody's business
	secrets   secrets
	closeIdle func()
}

func newClient(config Config) (*client, error) {
	address, err := parseURL(config.URL)
	if err != nil {
		return nil, err
	}
	httpClient, closeIdle := config.httpClient()
	httpClient.Transport = &transport{next: httpClient.Transport, address: address, headers: config.headers()}
	api, err := remote.NewAPI(address.String(),
		remote.WithAPIPath(""), // the address is whole
		remote.WithAPIHTTPClient(httpClient),
		remote.WithAPIBackoff(remote.BackoffConfig{Min: time.Hour, Max: time.Hour}), // see write
	)
	if err != nil {
		return nil, err
	}
	return &client{api: api, target: shown(address), secrets: config.secrets(address), closeIdle: closeIdle}, nil
}

// parseURL refuses what could not be sent to. Its errors have no passwords in them, which
// those of url.Parse have.
func parseURL(text string) (*url.URL, error) {
	address, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("the URL of the receiver can't be parsed")
	case address.Scheme != "http" && address.Scheme != "https", address.Host == "":
		return nil, fmt.Errorf("the URL %s is no http or https address", shown(address))
	case address.Fragment != "":
		return nil, fmt.Errorf("the URL %s has a fragment", shown(address))
	}
	return address, nil
}

// shown leaves out the user, the password and the query, which may hold a token.
func shown(address *url.URL) string {
	return (&url.URL{Scheme: address.Scheme, Host: address.Host, Path: address.Path}).String()
}

// httpClient returns a copy of the configured client, or one of the driver's own.
func (c Config) httpClient() (copied *http.Client, closeIdle func()) {
	copied = &http.Client{}
	closeIdle = func() {}
	if c.Client != nil {
		*copied = *c.Client
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

// write sends a message once. remote.API would try again by itself, while values get
// old and Close waits: it is stopped before it does, and what it does not tell, such as
// Retry-After, is read from the answer as it passes by.
func (c *client) write(ctx context.Context, kind remote.WriteMessageType, message encoded) (*answer, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answer := &answer{}
	_, err := c.api.Write(context.WithValue(ctx, answerKey{}, answer), kind, message,
		remote.WithWriteRetryCallback(func(error) { cancel() }))
	switch {
	case answer.err != nil:
		return answer, c.secrets.hide(fmt.Errorf("to %s: %w", c.target, withoutAddress(answer.err)))
	case answer.status == 0: // it did not come to a request
		return answer, c.secrets.hide(fmt.Errorf("to %s: %w", c.target, withoutAddress(err)))
	case answer.status/100 != 2:
		cause := c.secrets.hide(fmt.Errorf("to %s: status %d: %s", c.target, answer.status, answer.text()))
		return answer, delivery.StatusFailure(answer.status, answer.header, cause)
	}
	return answer, nil
}

// withoutAddress unwraps the errors of net/http, which quote an address with its query.
func withoutAddress(err error) error {
	var quoting *url.Error
	for errors.As(err, &quoting) {
		err = quoting.Err
	}
	return err
}
