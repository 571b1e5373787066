// Package soak lets the whole chain run under trouble, and checks each number that
// arrives against the truth.
//
// The chain is services as processes of their own (package service), which record
// and count what they record; a Prometheus that scrapes them each second over our
// handler and over promhttp; a Pushgateway. The trouble is whatever happens to such a
// chain in a year, within minutes: see the files trouble_*.go, and those of the
// service. It is drawn by a seed, which is printed. The checks, in the files
// check_*.go, know three kinds of truth: what a service has counted itself, what
// trouble was made when, and what the machine did by itself, which is seen in a peer
// that goes the same way. So nothing depends on how fast the machine is.
//
//	go test ./soak                                        for a minute
//	SOAK_SEED=7 go test ./soak                            with that seed
//	SOAK_DURATION=30m SOAK_REPORT=report.md \
//	    go test -timeout 1h -run TestSoak ./soak          for longer, with a report
//
// To add a trouble of the chain, write a trouble and put it into the list in
// trouble.go; one within a service belongs into the service's trouble.go. To add a
// check, write a function that calls run.fail, and run.count for what it has
// compared, and call it in run.go.
package soak
