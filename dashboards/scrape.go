package dashboards

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// largestExposition is more than any program that Prometheus can scrape exposes.
const largestExposition = 256 << 20

// accept asks for protobuf first, which alone has native histograms and units; text is
// what everybody has.
const accept = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited," +
	"text/plain;version=0.0.4;q=0.5,*/*;q=0.1"

// Scrape asks an address for its metrics, as Prometheus would. Where the server has
// protobuf, as every program with client_golang or this module's driver does, native
// histograms and units are known; from text they are not, and histograms are classic
// ones. A user and password in the URL are sent. They don't appear in errors, and neither
// does the query, which may hold a token.
func Scrape(ctx context.Context, address string) ([]*dto.MetricFamily, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, errNoURL // which net/url would quote, with the password
	}
	request.Header.Set("Accept", accept)
	families, err := ask(request)
	if err != nil {
		return nil, fmt.Errorf("dashboards: %s: %w", shown(request.URL), printable(err))
	}
	return families, nil
}

func ask(request *http.Request) ([]*dto.MetricFamily, error) {
	client := *http.DefaultClient
	if client.CheckRedirect == nil {
		client.CheckRedirect = followSilently
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, withoutAddress(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, errors.New(response.Status)
	}
	return decode(response.Body, expfmt.ResponseFormat(response.Header))
}

// followSilently follows redirects as net/http does, and does not tell where they come
// from: the address before may have a token in its query.
func followSilently(next *http.Request, before []*http.Request) error {
	if len(before) >= 10 {
		return errors.New("stopped after 10 redirects")
	}
	next.Header.Del("Referer")
	return nil
}

// printable returns the error itself, or one whose text is quoted where the server's
// words in it could steer the terminal that they are written to.
func printable(err error) error {
	text := err.Error()
	if strings.ContainsFunc(text, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return fmt.Errorf("%q", text)
	}
	return err
}

var errNoURL = errors.New("dashboards: the address is no URL")

// shown is the address without what may be secret.
func shown(address *url.URL) string {
	return (&url.URL{Scheme: address.Scheme, Host: address.Host, Path: address.Path}).String()
}

// withoutAddress drops the address from an error of net/http.
func withoutAddress(err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

// Read reads metrics in the text format, such as a scrape that was saved.
func Read(r io.Reader) ([]*dto.MetricFamily, error) {
	families, err := decode(r, expfmt.NewFormat(expfmt.TypeTextPlain))
	if err != nil {
		return nil, fmt.Errorf("dashboards: %w", err)
	}
	return families, nil
}

// errTooLarge is returned for what has no end.
var errTooLarge = fmt.Errorf("the metrics are larger than %d MiB", largestExposition>>20)

func decode(r io.Reader, format expfmt.Format) ([]*dto.MetricFamily, error) {
	if format.FormatType() == expfmt.TypeUnknown { // old servers name no version
		format = expfmt.NewFormat(expfmt.TypeTextPlain)
	}
	limited := &io.LimitedReader{R: r, N: largestExposition}
	decoder := expfmt.NewDecoder(limited, format)
	var families []*dto.MetricFamily
	for {
		family := new(dto.MetricFamily)
		err := decoder.Decode(family)
		if limited.N <= 0 {
			return nil, errTooLarge
		}
		if errors.Is(err, io.EOF) {
			return families, nil
		}
		if err != nil {
			return nil, err
		}
		families = append(families, family)
	}
}
