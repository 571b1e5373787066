package statsd

import (
	"fmt"
	"strings"
	"testing"
)

// An address with a user and password is refused, and no error shows them.
func TestSecretsStayHidden(t *testing.T) {
	for _, address := range []string{"user:s3cret@statsd:8125", "udp://user:s3cret@statsd:8125", "s3cret@statsd"} {
		_, err := New(Config{Address: address})
		if err == nil || strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), "s3cret") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
