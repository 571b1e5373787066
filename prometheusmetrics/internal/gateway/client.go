package gateway

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus/push"
)

// NewClient makes a client for requests to a gateway, and returns what closes its
// connections. It has the proxies and limits of http.DefaultTransport, but none of
// its connections.
func NewClient() (client push.HTTPDoer, closeIdle func()) {
	c := &http.Client{CheckRedirect: checkRedirect}
	if transport, ok := http.DefaultTransport.(*http.Transport); ok {
		c.Transport = transport.Clone()
		return c, c.CloseIdleConnections
	}
	return c, func() {} // the application's own transport, with its connections
}

// maxRedirects is what net/http allows, too.
const maxRedirects = 10

// checkRedirect does not follow a redirect that makes a GET of a push, whose
// answer would look like success, nor one from https to http, where everybody on
// the way could read it. The user and password stay with their scheme and host:
// net/http drops them where the new address is given in full, which is right for
// another host.
func checkRedirect(next *http.Request, before []*http.Request) error {
	first, last := before[0], before[len(before)-1]
	switch {
	case len(before) >= maxRedirects, next.Method != first.Method:
		return http.ErrUseLastResponse
	case last.URL.Scheme == "https" && next.URL.Scheme != "https":
		return http.ErrUseLastResponse
	}
	if next.URL.User == nil && next.URL.Scheme == first.URL.Scheme && next.URL.Host == first.URL.Host {
		next.URL.User = first.URL.User
	}
	return nil
}
