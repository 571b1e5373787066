package influxdb

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-metrics-plus/metrics/drivers/internal/delivery"
	"github.com/go-metrics-plus/metrics/drivers/internal/httpclient"
)

// maxErrorBody bounds the text of an answer that an error quotes.
const maxErrorBody = 512

// client writes bodies of lines.
type client struct {
	url      *url.URL
	secrets  httpclient.Secrets
	config   Config
	http     *http.Client
	own      *http.Transport // to be closed; nil if the client is the user's
	compress *gzip.Writer    // nil for no compression
	body     bytes.Buffer
}

func (c *client) init(config Config, to *url.URL) {
	c.config, c.url, c.http = config, to, config.Client
	c.secrets.Add(config.Token)
	c.secrets.AddPassword(config.User, config.Password)
	for key, values := range to.Query() {
		switch key {
		case "db", "rp", "org", "bucket", "precision":
		default: // may be a token, for all that is known
			c.secrets.Add(values...)
		}
	}
	if c.http == nil {
		c.own = http.DefaultTransport.(*http.Transport).Clone()
		c.own.MaxIdleConns, c.own.MaxIdleConnsPerHost = 1, 1
		c.own.IdleConnTimeout = 90 * time.Second
		c.http = &http.Client{
			Transport:     c.own,
			CheckRedirect: followNone,
		}
	} else if c.http.CheckRedirect == nil {
		copied := *c.http
		copied.CheckRedirect = followNone
		c.http = &copied
	}
	if !config.DisableCompression {
		c.compress, _ = gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is a valid one
	}
}

// followNone leaves redirects alone: the write would become a GET, whose answer looks like
// success, or the address with its query be told to another host.
func followNone(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// write sends lines. An answer that is not a success is a *StatusError in a
// *delivery.Failure.
func (c *client) write(ctx context.Context, lines []byte) error {
	request, err := c.request(ctx, lines)
	if err != nil {
		return err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return c.secrets.Hide(fmt.Errorf("write to %s: %w", c.url.Host, httpclient.Cause(err)))
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(response.Body, maxErrorBody))
	if response.StatusCode/100 == 2 {
		return nil
	}
	failed := &StatusError{Host: c.url.Host, StatusCode: response.StatusCode, Text: c.clean(text)}
	if response.StatusCode/100 == 3 && failed.Text == "" {
		failed.Text = "the server redirects, which is not followed"
	}
	return delivery.StatusFailure(response.StatusCode, response.Header, failed)
}

func (c *client) request(ctx context.Context, lines []byte) (*http.Request, error) {
	body := lines
	if c.compress != nil {
		c.body.Reset()
		c.compress.Reset(&c.body)
		c.compress.Write(lines) // to memory, which does not fail
		c.compress.Close()
		body = c.body.Bytes()
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url.String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("write to %s: %w", c.url.Host, httpclient.Cause(err))
	}
	request.Header.Set("Content-Type", "text/plain; charset=utf-8")
	request.Header.Set("User-Agent", "go-metrics-plus")
	if c.compress != nil {
		request.Header.Set("Content-Encoding", "gzip")
	}
	switch {
	case c.config.Token != "":
		request.Header.Set("Authorization", "Token "+c.config.Token)
	case c.config.User != "" || c.config.Password != "":
		request.SetBasicAuth(c.config.User, c.config.Password)
	}
	return request, nil
}

// close closes the connection.
func (c *client) close() {
	if c.own != nil {
		c.own.CloseIdleConnections()
	}
}

// clean makes text of an answer that can be shown: the server may quote what it got.
func (c *client) clean(text []byte) string {
	shown := strings.TrimSpace(strings.ToValidUTF8(string(text), "?"))
	return c.secrets.HideText(shown)
}

// StatusError says that a server did not take what was written.
type StatusError struct {
	// Host is the server's, with the port.
	Host string
	// StatusCode is that of the answer.
	StatusCode int
	// Text is what the server said, without password and token.
	Text string
}

// Error names the host, the status and what the server said.
func (e *StatusError) Error() string {
	if e.Text == "" {
		return fmt.Sprintf("write to %s: status %d", e.Host, e.StatusCode)
	}
	return fmt.Sprintf("write to %s: status %d: %s", e.Host, e.StatusCode, e.Text)
}

// isOfBatch reports whether an error is about the lines of a batch alone, so that others
// may well be taken.
func isOfBatch(err error) bool {
	var status *StatusError
	if !errors.As(err, &status) {
		return false
	}
	switch status.StatusCode {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return true
	}
	return false
}
