package prometheusmetrics

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/go-metrics-plus/metrics"
)

// Nothing that can be printed shows the password, and no redirect takes it elsewhere.
func TestPasswordStaysHidden(t *testing.T) {
	const secret = "s3cret+<of>a user&c0123456789"
	user := url.UserPassword("u", secret)
	forms := []string{
		secret, secret[:8], user.String(), url.QueryEscape(secret), url.QueryEscape(secret)[:8],
		base64.StdEncoding.EncodeToString([]byte("u:" + secret)),
	}
	var elsewhere bytes.Buffer
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		head, _ := httputil.DumpRequest(r, false)
		elsewhere.Write(head)
	}))
	defer other.Close()
	away := strings.Replace(other.URL, "127.0.0.1", "localhost", 1)
	for name, answer := range map[string]http.HandlerFunc{
		"echoes": func(w http.ResponseWriter, r *http.Request) {
			_, password, _ := r.BasicAuth()
			http.Error(w, fmt.Sprint(r.Header, password, url.QueryEscape(password), user), http.StatusUnauthorized)
		},
		"is quoted in part": func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, strings.Repeat("x", 500)+secret, http.StatusUnauthorized)
		},
		"redirects": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, away+"/elsewhere", http.StatusTemporaryRedirect)
		},
		"leads nowhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://"+user.String()+"@127.0.0.1:1/", http.StatusTemporaryRedirect)
		},
	} {
		gateway := httptest.NewServer(answer)
		d, source, _, log := newTestDriver(t, Config{})
		metrics.GetOrRegisterCounter("c", source)
		options := PushOptions{URL: strings.Replace(gateway.URL, "//", "//"+user.String()+"@", 1), Job: "j"}
		errs := []error{d.Push(t.Context(), options)}
		gateway.Close()
		errs = append(errs, d.Push(t.Context(), options)) // nobody is there any more
		var shown bytes.Buffer
		for err := errors.Join(append(errs, log.errs...)...); err != nil; err = errors.Unwrap(err) {
			fmt.Fprintf(&shown, "%v %+v %#v %q\n", err, err, err, err)
		}
		for _, err := range errs {
			for ; err != nil; err = errors.Unwrap(err) {
				fmt.Fprintf(&shown, "%v %+v %#v %q\n", err, err, err, err)
			}
		}
		fmt.Fprintf(&shown, "%v %+v %#v %q %s %v\n", options, options, options, options, &options, []PushOptions{options})
		slog.New(slog.NewJSONHandler(&shown, nil)).Info("x", "options", options, "pointer", &options)
		slog.New(slog.NewTextHandler(&shown, nil)).Info("x", "options", options, "errors", errs)
		for _, form := range forms {
			if strings.Contains(shown.String(), form) {
				t.Errorf("a gateway that %s: %s is shown in %s", name, form, shown.String())
			}
		}
	}
	if text := elsewhere.String(); text == "" || strings.Contains(text, "Authorization") {
		t.Errorf("redirected with %q", text)
	}
	for address, want := range map[string]string{
		"": "", "g:9091": "http://g:9091", "http://u:p@g": "http://u:xxxxx@g", "http://u:p/w@g": "xxxxx",
	} {
		if got := fmt.Sprintf("%+v", PushOptions{URL: address}); !strings.Contains(got, "URL:"+want+" ") {
			t.Errorf("%q is shown in %s", address, got)
		}
	}
}
