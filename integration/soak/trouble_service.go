package soak

import "time"

// serviceTroubles are those that a service makes itself; they end by themselves.
func (r *run) serviceTroubles() (all []trouble) {
	for _, name := range []string{
		"panic", "hang", "late", "callback", "health", "sick", "duplicate", "label", "clash", "churn",
	} {
		all = append(all, trouble{
			name: name, least: 2 * time.Second, most: 4 * time.Second, on: r.names(anyService),
			begin: func(r *run, on string) func() {
				r.post(r.service(on), "/trouble/"+name)
				return func() {}
			},
		})
	}
	return all
}
