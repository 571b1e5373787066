package soak

import (
	"slices"
	"strings"
	"time"
)

// gatewayTroubles are what happens to the Pushgateway, and on the way to it.
func (r *run) gatewayTroubles() []trouble {
	const least, most = 2 * time.Second, 5 * time.Second
	all := []trouble{{name: "Pushgateway killed", least: least, most: most, stops: true, on: []string{onGateway},
		begin: func(r *run, _ string) func() {
			if err := r.gateway.Kill(); err != nil {
				r.t.Fatal(err)
			}
			return func() { r.gateway.Restart(r.t) }
		}}}
	for m, name := range map[mode]string{
		full: "full", refusing: "refusing", nonsense: "answering nonsense", wrong: "answering another page",
		resetting: "resetting connections", hanging: "never answering", slow: "slow",
	} {
		all = append(all, trouble{name: "Pushgateway " + name, least: least, most: most, stops: true, on: []string{onGateway},
			hidden: m == slow || m == wrong,
			begin: func(r *run, _ string) func() {
				r.proxy.set(m)
				return func() { r.proxy.set(passing) }
			}})
	}
	slices.SortFunc(all, func(a, b trouble) int { return strings.Compare(a.name, b.name) })
	return all
}
