// Package sharing is how the drivers of one Prometheus registry keep out of each
// other's way: no series is shown by two of them, and what they show of one family
// agrees.
//
// Each driver is a Member, with Holdings that say what it shows. A driver asks for
// what its plan would add, which reserves it, and then commits, which makes it the
// state of its holdings in the same moment in which scrapes begin to see it. What is
// shown stays until a commit lets it go, so two drivers never show the same in two
// scrapes. Within one scrape they might: the scrape may have collected the driver
// that lets go before it did, and collect the one that takes over afterwards. So what
// was let go is free for another driver only when every scrape that may have seen it
// is over, which the numbers of their collections tell.
//
// Functions that are called with the lock held only read or write the caller's own
// memory. No code of others runs under it.
package sharing
