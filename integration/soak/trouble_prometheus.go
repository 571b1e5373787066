package soak

import "time"

// prometheusTroubles are what happens to Prometheus.
func (r *run) prometheusTroubles() []trouble {
	return []trouble{
		{name: "Prometheus killed", least: 0, most: 3 * time.Second, stops: true, on: []string{onPrometheus},
			begin: func(r *run, _ string) func() {
				if err := r.server.Kill(); err != nil {
					r.t.Fatal(err)
				}
				return func() { r.server.Restart(r.t) }
			}},
		{name: "Prometheus suspended", least: time.Second, most: 5 * time.Second, stops: true, on: []string{onPrometheus},
			begin: func(r *run, _ string) func() {
				if err := r.server.Suspend(); err != nil {
					r.t.Fatal(err)
				}
				return func() {
					if err := r.server.Resume(); err != nil {
						r.t.Fatal(err)
					}
				}
			}},
	}
}
