// Package benchmarks measures go-metrics-plus beside the libraries that its
// users would pick instead. It is a module of its own, so that none of them
// becomes a dependency of the library, and it is never published.
//
//	go test ./...                        every adapter does what it is measured for
//	go test -bench . -benchtime 100ms    one library after the other, in one process
//	go run ./compare                     all in turn, several times; writes RESULTS.md
//
// Profiles come from a benchmark at full size:
//
//	go test -bench 'Scenarios/expose:_gauges/go-metrics-plus_registered/flush' -full -cpuprofile cpu.out
//
// Scenarios are shared: scenarios.go says what is done, and knows no library. An
// adapter, a file per library, says how that library does it, the way its own
// documentation would have a user write it. Where an adapter had a choice, it
// took what is faster for its library: instruments are made once, keys and
// attribute sets are prepared, and each library gets its values as the numbers
// it wants, seconds or nanoseconds, already converted.
//
// A loop around updates is part of the adapter, so that calls are direct and the
// compiler may inline them, as in the program of a user.
package benchmarks
