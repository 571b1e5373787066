package dashboards

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// requests is what a program recorded about the requests that it served.
type requests struct {
	title    string  // such as HTTP server
	counted  *metric // counts them
	duration *metric // how long they took; nil if unknown
	route    string  // the label that says where; "" if there is none
	status   string  // the label that says how it went; "" if there is none
	failed   string  // matches the label of those that failed for the server's fault
}

var (
	durationName = regexp.MustCompile(`^(.*_)?(http_server_request_duration|http_request_duration|` +
		`http_server_duration|rpc_server_duration|rpc_server_call_duration|grpc_server_handling)(_seconds|_milliseconds)?$`)
	requestsName = regexp.MustCompile(`^(.*_)?(http_requests|http_server_requests|grpc_server_handled)_total$`)
)

// statusLabels are the labels that tell failed requests, the usual ones of HTTP and
// gRPC, and the values that mean a fault of the server. Numbers of gRPC are: unknown,
// deadline exceeded, unimplemented, internal, unavailable, data loss.
var statusLabels = []struct{ name, failed string }{
	{"http_response_status_code", "5.."},
	{"http_status_code", "5.."},
	{"rpc_grpc_status_code", "2|4|12|13|14|15"},
	{"grpc_code", "Unknown|DeadlineExceeded|Unimplemented|Internal|Unavailable|DataLoss"},
	{"status_code", "5.."},
	{"code", "5..|5xx"},
	{"status", "5..|5xx"},
}

// routeLabels are the labels that tell where a request went, the most telling first.
var routeLabels = []string{
	"http_route", "route", "handler", "endpoint", "path", "uri", "rpc_method", "grpc_method", "method",
}

// findRequests finds the metrics of served requests. Each prefix, such as a
// namespace, has its own.
func findRequests(metrics []*metric) []*requests {
	var prefixes []string
	durations, counts := map[string]*metric{}, map[string]*metric{}
	note := func(m *metric, name *regexp.Regexp, into map[string]*metric) {
		match := name.FindStringSubmatch(m.base)
		if match == nil {
			return
		}
		key := match[1] + strings.SplitN(match[2], "_", 2)[0] // http, grpc and rpc are apart
		if into[key] == nil {
			into[key] = m
		}
		prefixes = append(prefixes, key)
	}
	for _, m := range metrics {
		switch m.shape {
		case histogramShape, summaryShape, statisticsShape:
			note(m, durationName, durations)
		case counterShape:
			note(m, requestsName, counts)
		}
	}
	slices.Sort(prefixes)
	var found []*requests
	for _, prefix := range slices.Compact(prefixes) {
		found = append(found, newRequests(prefix, durations[prefix], counts[prefix]))
	}
	return found
}

// newRequests takes the counts from the durations, unless only the counter tells
// which requests failed.
func newRequests(prefix string, duration, counter *metric) *requests {
	r := &requests{duration: duration, counted: duration}
	if duration == nil || counter != nil && statusOf(duration).name == "" {
		r.counted = counter
	}
	status := statusOf(r.counted)
	r.status, r.failed = status.name, status.failed
	r.route = firstOf(routeLabels, r.counted.labels)
	words := strings.Split(prefix, "_")
	words[len(words)-1] = map[string]string{"http": "HTTP", "grpc": "gRPC", "rpc": "RPC"}[words[len(words)-1]]
	r.title = strings.TrimSpace(strings.Join(words, " ")) + " requests"
	return r
}

func statusOf(m *metric) (status struct{ name, failed string }) {
	for _, known := range statusLabels {
		if slices.Contains(m.labels, known.name) {
			return known
		}
	}
	return status
}

func firstOf(wanted, labels []string) string {
	for _, name := range wanted {
		if slices.Contains(labels, name) {
			return name
		}
	}
	return ""
}

// name is what recording rules call them.
func (r *requests) name() string { return r.counted.name }

// byRoute are the labels that a graph is split by.
func (r *requests) byRoute(more ...string) []string {
	if r.route == "" {
		return more
	}
	return append(more, r.route)
}

func (r *requests) rate(s scope, by []string, window string) string {
	return s.count(r.counted, by, window)
}

// errorRatio is the share of requests that failed. Where none ever did there is no
// series of failed ones, which is a share of zero and not of nothing.
func (r *requests) errorRatio(s scope, by []string, window string) string {
	all := s.count(r.counted, by, window)
	failed := s.count(r.counted, by, window, fmt.Sprintf("%s=~%q", r.status, r.failed))
	return fmt.Sprintf("(%s or 0 * %s)\n/\n%[2]s", failed, all)
}

// hasBuckets reports whether shares and quantiles of the durations can be computed.
func (r *requests) hasBuckets() bool {
	return r.duration != nil && r.duration.shape == histogramShape && inSeconds(r.duration.unit) > 0
}

// durationRoute is the label for the durations' graph, whose metric may be another one.
func (r *requests) durationRoute() []string {
	if route := firstOf(routeLabels, r.duration.labels); route != "" {
		return []string{route}
	}
	return nil
}
