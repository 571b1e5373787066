package gateway_test

import (
	"strings"
	"testing"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/gateway"
)

func TestGroupAddress(t *testing.T) {
	for _, test := range []struct {
		url, job string
		grouping map[string]string
		want     string
	}{
		{"http://g:9091", "j", nil, "http://g:9091/metrics/job/j"},
		{"g:9091", "j", nil, "http://g:9091/metrics/job/j"},
		{"[::1]:9091", "j", nil, "http://[::1]:9091/metrics/job/j"},
		{"https://g/push/", "j", nil, "https://g/push/metrics/job/j"},
		{"https://g/a%20b%2Fc", "j", nil, "https://g/a%20b%2Fc/metrics/job/j"},
		{"http://g//double", "j", nil, "http://g//double/metrics/job/j"},
		{"http://g", "my job+1", nil, "http://g/metrics/job/my%20job+1"},
		{"http://g", "a/b", nil, "http://g/metrics/job@base64/YS9i"},
		{"http://g", "..", map[string]string{"a": "."}, "http://g/metrics/job@base64/Li4/a@base64/Lg"},
		{"http://g", "j", map[string]string{"b": "?#%", "a": ""}, "http://g/metrics/job/j/a@base64/=/b/%3F%23%25"},
		{"http://u:p%2Fw@g", "j", nil, "http://u:p%2Fw@g/metrics/job/j"},
		{"http://http:p@g", "j", nil, "http://http:p@g/metrics/job/j"},
		{"u:p@w@g", "j", nil, "http://u:p%40w@g/metrics/job/j"},
	} {
		got, err := gateway.NewGroup(test.url, test.job, test.grouping)
		if err != nil || got.Key() != test.want {
			t.Errorf("job %q, grouping %v: %v, error %v, want %s", test.job, test.grouping, got, err, test.want)
		}
	}
}

func TestGroupStringMasksThePassword(t *testing.T) {
	g, err := gateway.NewGroup("https://user:secret@g", "j", nil)
	if want := "https://user:xxxxx@g/metrics/job/j"; err != nil || g.String() != want {
		t.Errorf("%v, %v, want %s", g, err, want)
	}
}

// What is no address of a gateway is refused, and no password shows, wherever the
// mistake puts it.
func TestNewGroupRefuses(t *testing.T) {
	const hidden = "it is not shown"
	for address, want := range map[string]string{
		"":                              "there is no URL",
		"ftp://gw":                      "ftp://gw is not that of an HTTP server",
		"http://":                       "not that of an HTTP server",
		"http://:9091":                  "not that of an HTTP server",
		"http:///metrics":               "not that of an HTTP server",
		"http://gw:port":                `URL "http://gw:port" is invalid: invalid port`,
		"http://gw%zz":                  "invalid URL escape",
		"http://gw?a=b":                 "URL http://gw has more than a path",
		"http://gw/?x":                  "URL http://gw/ has more than a path",
		"http://gw/?":                   "URL http://gw/ has more than a path",
		"http://gw#":                    "URL http://gw has more than a path",
		"http://gw#x":                   "URL http://gw has more than a path",
		"gw?token=secret":               "URL http://gw has more than a path",
		"http://u:secret@gw#":           "URL http://u:xxxxx@gw has more than a path",
		"ftp://u:secret@gw":             "ftp://u:xxxxx@gw is not that of an HTTP server",
		"user:sec/ret@gw":               hidden,
		"http://user:secret/2@gw":       hidden,
		"http://user:1234/secret@gw":    hidden,
		"http://user:1234?secret@gw":    hidden,
		"http://user:1234#secret@gw":    hidden,
		"http://user:secret?@gw":        hidden,
		"http://user:secret%zz@gw":      hidden,
		"http://user:sec ret@gw":        hidden,
		"https//user:secret@gw":         hidden,
		"https:/user:secret@gw":         hidden,
		"https:user:secret@gw":          hidden,
		"http:user:secret@gw":           hidden,
		"htps:///user:secret@gw":        hidden,
		"user:secret://x@gw":            hidden,
		"://user:secret@gw":             hidden,
		"http://gw:9091/user:secret@gw": hidden,
	} {
		_, err := gateway.NewGroup(address, "j", nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error is %v, want %q in it", address, err, want)
		}
		if err != nil && (strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "1234")) {
			t.Errorf("%q: the password shows in %v", address, err)
		}
	}
}

// Whatever is written as a user's password, no error shows it, and a group that
// is accepted masks it.
func FuzzNewGroup(f *testing.F) {
	for _, seed := range []string{"http://", "https//", "", "https:", "htp://"} {
		f.Add(seed, "/", "@gw:9091/x")
		f.Add(seed, "?", "@")
		f.Add(seed, "%", "@[::1]")
	}
	f.Fuzz(func(t *testing.T, scheme, special, rest string) {
		const secret = "pass1234word"
		if strings.Contains(scheme+special+rest, secret) || !strings.Contains(rest, "@") {
			return
		}
		g, err := gateway.NewGroup(scheme+"user:"+secret+special+secret+rest, "j", nil)
		if err != nil {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the password shows in %v", err)
			}
		} else if strings.Contains(g.String(), secret) {
			t.Errorf("the password shows in %v", g)
		}
	})
}
