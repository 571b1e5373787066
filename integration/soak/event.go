package soak

import "time"

// An event is trouble that was made.
type event struct {
	trouble string
	on      string // a service, or one of the names below
	from    time.Time
	to      time.Time // zero while it lasts
	stops   bool      // what it is made to can't do its work
	hidden  bool      // although nobody can tell
}

// What trouble is made to beside services, and receivers by their names.
const (
	onPrometheus = "prometheus"
	onGateway    = "gateway"
)

// overlaps reports whether the event lasted at any time between two moments.
func (e event) overlaps(from, to time.Time) bool {
	return e.from.Before(to) && (e.to.IsZero() || from.Before(e.to))
}

// stopped reports whether trouble kept one of those from their work between two
// moments.
func (r *run) stopped(from, to time.Time, on ...string) bool {
	for _, e := range r.events {
		for _, name := range on {
			if e.stops && e.on == name && e.overlaps(from, to) {
				return true
			}
		}
	}
	return false
}
