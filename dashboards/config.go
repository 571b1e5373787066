package dashboards

import (
	"cmp"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Config says what is generated. The zero value works. New returns an error for an
// objective that is not between 0 and 1, a duration of less than a millisecond, a UID that
// Grafana would not take, and a GrafanaURL that is no URL.
type Config struct {
	// Title is the dashboard's; "" means the prefix that most metrics have.
	Title string

	// UID identifies the dashboard in Grafana, and is in its address: up to 40
	// letters, digits, dashes and underscores. "" means it is made from the title.
	UID string

	// Job is the program's scrape job in Prometheus. Rules are then about this job
	// alone, and alerts know when all its targets are gone. With "" rules are about
	// every job that has the metrics, so that programs which have some in common can't
	// share a Prometheus; and an alert about a target that is gone ends after a day.
	Job string

	// GrafanaURL comes before the links in alerts, as in https://grafana.example.com;
	// with "" they are paths.
	GrafanaURL string

	// Objective is the share of requests that must not fail; 0 means 0.999.
	Objective float64

	// LatencyThreshold and LatencyObjective are the time within which requests must be
	// answered, and the share of them; 0 means 300 ms, and what Objective is.
	LatencyThreshold time.Duration
	LatencyObjective float64

	// For is how long a health check must fail, or a target be gone, before an alert
	// fires; 0 means a minute. What is not urgent takes ten times as long. Make it a few
	// scrape intervals.
	For time.Duration

	// FlushAge is how old the driver's last flush may be; 0 means two minutes. Make it a
	// few flush intervals.
	FlushAge time.Duration
}

// uidPattern is what Grafana takes.
var uidPattern = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,40}$`)

// complete fills in what was left out, but for names that the metrics give, and
// refuses what makes no sense.
func (c Config) complete() (Config, error) {
	c.Objective = cmp.Or(c.Objective, 0.999)
	c.LatencyObjective = cmp.Or(c.LatencyObjective, c.Objective)
	c.LatencyThreshold = cmp.Or(c.LatencyThreshold, 300*time.Millisecond)
	c.For = cmp.Or(c.For, time.Minute)
	c.FlushAge = cmp.Or(c.FlushAge, 2*time.Minute)
	for name, objective := range map[string]float64{"objective": c.Objective, "latency objective": c.LatencyObjective} {
		if math.IsNaN(objective) || objective <= 0 || objective >= 1 {
			return c, fmt.Errorf("dashboards: %s %v is not between 0 and 1", name, objective)
		}
	}
	for name, duration := range map[string]time.Duration{
		"latency threshold": c.LatencyThreshold, "time that a condition must hold": c.For, "age of a flush": c.FlushAge,
	} {
		if duration < time.Millisecond {
			return c, fmt.Errorf("dashboards: %s of %v is less than a millisecond", name, duration)
		}
	}
	if c.UID != "" && !uidPattern.MatchString(c.UID) {
		return c, fmt.Errorf("dashboards: UID %q is not one to 40 letters, digits, dashes and underscores", c.UID)
	}
	if c.GrafanaURL != "" {
		if grafana, err := url.Parse(c.GrafanaURL); err != nil || grafana.Host == "" {
			return c, fmt.Errorf("dashboards: Grafana's address %q is no URL such as https://grafana.example.com", c.GrafanaURL)
		}
		c.GrafanaURL = strings.TrimRight(c.GrafanaURL, "/")
	}
	return c, nil
}

// uidOf makes a UID of a title.
func uidOf(title string) string {
	slug := strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(title), "-"), "-")
	if len(slug) > 40 {
		slug = strings.Trim(slug[:40], "-")
	}
	return cmp.Or(slug, "metrics")
}
