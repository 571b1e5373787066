package soak

import (
	"net/url"
	"time"
)

// processTroubles are what happens to a process from outside.
func (r *run) processTroubles() []trouble {
	return []trouble{
		{name: "service killed", least: 0, most: 2 * time.Second, stops: true, begin: killService,
			on: r.names(func(s *service) bool { return s.mortal })},
		{name: "service suspended", least: 2 * time.Second, most: r.longest(), stops: true, begin: suspendService,
			on: r.names(anyService)},
		{name: "wall clock jumps", least: 2 * time.Second, most: 5 * time.Second, begin: shiftClock,
			on: r.names(func(s *service) bool { return s.shifts })},
	}
}

// longest is how long something may be suspended: a minute, or a tenth of a run that
// is short.
func (r *run) longest() time.Duration { return min(time.Minute, r.length/10) }

// environments are those in which a service is started again.
var environments = []string{"GOMAXPROCS=1", "GOMAXPROCS=8", "GOMEMLIMIT=30MiB", "GOGC=10", "GODEBUG="}

func killService(r *run, on string) func() {
	s := r.service(on)
	if err := s.process.Kill(); err != nil {
		r.t.Fatal(err)
	}
	environment := environments[r.random.IntN(len(environments))]
	return func() { r.startService(s, environment) }
}

func suspendService(r *run, on string) func() {
	s := r.service(on)
	if err := s.process.Suspend(); err != nil {
		r.t.Fatal(err)
	}
	return func() {
		if err := s.process.Resume(); err != nil {
			r.t.Fatal(err)
		}
	}
}

// jumps are how far a wall clock is off; the last puts it right.
var jumps = []time.Duration{
	time.Hour, -time.Hour, 24 * time.Hour, -365 * 24 * time.Hour, 3 * time.Second, -3 * time.Second, 0,
}

func shiftClock(r *run, on string) func() {
	s := r.service(on)
	by := jumps[r.random.IntN(len(jumps))]
	r.post(s, "/clock?by="+url.QueryEscape(by.String()))
	return func() {}
}
