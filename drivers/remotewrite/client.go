package remotewrite

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/exp/api/remote"

	"github.com/go-metrics-plus/metrics/drivers/internal/delivery"
	"github.com/go-metrics-plus/metrics/drivers/internal/httpclient"
)

// client sends messages to one receiver. What it sends is tried once; the driver tries
// again.
type client struct {
	api       *remote.API
	target    string // the receiver's address, without what is nobody's business
	secrets   httpclient.Secrets
	closeIdle func()
}

func newClient(config Config) (*client, error) {
	address, err := httpclient.Parse(config.URL)
	if err != nil {
		return nil, configError("URL", "%w", err)
	}
	httpClient, closeIdle := httpclient.New(config.Client, address, config.headers())
	api, err := remote.NewAPI(address.String(),
		remote.WithAPIPath(""), // the address is whole
		remote.WithAPIHTTPClient(httpClient),
		remote.WithAPIBackoff(remote.BackoffConfig{Min: time.Hour, Max: time.Hour}), // see write
	)
	if err != nil {
		return nil, err
	}
	c := &client{api: api, target: httpclient.Shown(address), closeIdle: closeIdle}
	c.secrets.AddAddress(address)
	c.secrets.AddPassword(config.Username, config.Password)
	c.secrets.Add(config.BearerToken)
	for _, header := range config.Headers {
		c.secrets.AddHeader(header)
	}
	return c, nil
}

// write sends a message once. remote.API would try again by itself, while values get
// old and Close waits: it is stopped before it does, and what it does not tell, such as
// Retry-After, is read from the answer as it passes by.
func (c *client) write(ctx context.Context, kind remote.WriteMessageType, message encoded) (*httpclient.Answer, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ctx, answer := httpclient.Note(ctx)
	_, err := c.api.Write(ctx, kind, message,
		remote.WithWriteRetryCallback(func(error) { cancel() }))
	switch {
	case answer.Err != nil:
		return answer, c.secrets.Hide(fmt.Errorf("to %s: %w", c.target, httpclient.Cause(answer.Err)))
	case answer.Status == 0: // it did not come to a request
		return answer, c.secrets.Hide(fmt.Errorf("to %s: %w", c.target, httpclient.Cause(err)))
	case answer.Status/100 != 2:
		cause := c.secrets.Hide(fmt.Errorf("to %s: status %d: %s", c.target, answer.Status, answer.Text()))
		return answer, delivery.StatusFailure(answer.Status, answer.Header, cause)
	}
	return answer, nil
}
