package gateway

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Group is a group at a gateway: a push replaces what the group has. It does not
// change, and any goroutine may use it.
type Group struct {
	target   *url.URL
	job      string
	grouping map[string]string
	secrets  []string // of the address, as texts may have them
}

// NewGroup returns the group of the job, and of the labels in grouping, at the
// gateway of that address. Without a scheme the address is http. An address that
// is not that of an HTTP server, or that has more than a path, is an error, which
// does not show what may be a password. Names of labels must have been checked.
func NewGroup(address, job string, grouping map[string]string) (*Group, error) {
	base, err := parseAddress(address)
	if err != nil {
		return nil, err
	}
	g := &Group{job: job, grouping: maps.Clone(grouping), secrets: secretsOf(base.User)}
	target, err := url.Parse(strings.TrimSuffix(base.String(), "/") + "/metrics" + g.path())
	if err != nil {
		return nil, errors.New("job and grouping labels make no URL")
	}
	g.target = target
	return g, nil
}

// parseAddress parses the address of a gateway. A forgotten scheme or a password
// that is not escaped puts the password where it does not belong, be it the host,
// the port or the path. So an address with an @ is shown only if that ends a user
// and password.
func parseAddress(address string) (*url.URL, error) {
	if address == "" {
		return nil, errors.New("there is no URL")
	}
	whole := address
	if !strings.Contains(address, "://") {
		whole = "http://" + address
	}
	base, err := url.Parse(whole)
	var failed *url.Error
	switch {
	case err != nil && strings.Contains(address, "@"):
		return nil, errHidden
	case errors.As(err, &failed):
		return nil, fmt.Errorf("URL %q is invalid: %w", address, failed.Err)
	case strings.Contains(base.Opaque+base.EscapedPath()+base.RawQuery+base.EscapedFragment(), "@"):
		return nil, errHidden
	case whole != address && (base.User.Username() == "http" || base.User.Username() == "https"):
		return nil, errHidden
	case base.Scheme != "http" && base.Scheme != "https" || base.Hostname() == "":
		return nil, fmt.Errorf("URL %s is not that of an HTTP server", shown(base))
	case strings.ContainsAny(address, "?#"):
		return nil, fmt.Errorf("URL %s has more than a path: there is a query or a fragment", shown(base))
	}
	return base, nil
}

var errHidden = errors.New("URL is invalid (it is not shown, since it may have a password): " +
	"write it as http://user:password@host:port/path, with / ? # @ % in user, password and path " +
	"escaped as %2F %3F %23 %40 %25")

// shown is an address without what may be secret: a password, and the query.
func shown(u *url.URL) string {
	bare := *u
	bare.RawQuery, bare.ForceQuery, bare.Fragment, bare.RawFragment = "", false, "", ""
	return bare.Redacted()
}

// path returns the labels of the group as segments of a path. They are those of
// push.Pusher, but for two kinds of values that don't arrive from there: a space,
// which comes out of its escaping as a plus, and dots that servers take for a
// relative path.
func (g *Group) path() string {
	var path strings.Builder
	addLabel := func(name, value string) {
		switch {
		case value == "":
			path.WriteString("/" + name + "@base64/=")
		case value == "." || value == ".." || strings.Contains(value, "/"):
			path.WriteString("/" + name + "@base64/" + base64.RawURLEncoding.EncodeToString([]byte(value)))
		default:
			path.WriteString("/" + name + "/" + url.PathEscape(value))
		}
	}
	addLabel("job", g.job)
	for _, name := range slices.Sorted(maps.Keys(g.grouping)) {
		addLabel(name, g.grouping[name])
	}
	return path.String()
}

// String returns the address of the group with the password masked.
func (g *Group) String() string { return g.target.Redacted() }

// Key tells the group from all others. It has the password in it.
func (g *Group) Key() string { return g.target.String() }
