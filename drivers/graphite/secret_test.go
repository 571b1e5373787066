package graphite

import (
	"fmt"
	"strings"
	"testing"
)

// An address with a user and password is refused, and no error shows them.
func TestSecretsStayHidden(t *testing.T) {
	for _, address := range []string{"user:s3cret@graphite:2003", "tcp://user:s3cret@graphite:2003", "s3cret@graphite"} {
		_, err := New(Config{Address: address})
		if err == nil || strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), "s3cret") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
