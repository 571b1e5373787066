package leaks

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-metrics-plus/metrics/internal/hostile"
)

// TestAnswers delivers to a receiver that answers each of the hostile texts, where an
// answer or where its header should be, and wants errors of which each line is the
// driver's own, and has no escapes of a terminal.
func TestAnswers[D Driver](t *testing.T, start func(url string, onError func(error)) (D, error)) {
	for _, text := range hostile.Texts {
		for place, answer := range map[string]string{
			"body":   fmt.Sprintf("400 Bad Request\r\nContent-Length: %d\r\n\r\n%s", len(text), text),
			"header": "400 Bad Request\r\n" + text + "\r\n\r\n",
			"status": "400 " + text + "\r\n\r\n",
			"target": "307 Temporary Redirect\r\nLocation: " + text + "\r\nContent-Length: 0\r\n\r\n",
		} {
			errs := answered("HTTP/1.1 "+answer, start)
			if len(errs) == 0 {
				t.Errorf("%s of %.60q: no error", place, text)
			}
			for _, err := range errs {
				for line := range strings.SplitSeq(err.Error(), "\n") { // one for each that is joined
					if hostile.Controls(line) || !strings.Contains(line, "127.0.0.1:") {
						t.Errorf("%s of %.60q: error %.300q", place, text, err.Error())
					}
				}
			}
		}
	}
}

// answered returns all errors of a driver whose receiver answers that.
func answered[D Driver](answer string, start func(url string, onError func(error)) (D, error)) (errs []error) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			conn.Write([]byte(answer))
			conn.Close()
		}
	}))
	defer server.Close()
	told := make(chan error, 100)
	d, err := start(server.URL, func(err error) { told <- err })
	if err != nil {
		return nil
	}
	for _, err := range []error{d.Once(), d.Close()} {
		if err != nil {
			errs = append(errs, err)
		}
	}
	close(told)
	for err := range told {
		errs = append(errs, err)
	}
	return errs
}
