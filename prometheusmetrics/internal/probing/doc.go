// Package probing finds out which names are taken in a Prometheus registry, with a
// registerer at hand and nothing else. Registering is all that a registerer can be
// asked for, so a probe is a registration that must fail: it registers nothing, and
// the error shows whether one of the names is taken.
//
// A registerer is code of others. It may be locked by the scrape that is going on, so
// a probe never runs within a scrape, nor with a lock of ours held, and its caller
// must be ready for it to hang.
package probing
