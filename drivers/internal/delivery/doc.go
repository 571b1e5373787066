// Package delivery is the loop that all drivers for other programs share: it delivers
// at an interval, again with backoff after a failure, once when asked, and a last time
// at Close.
//
// A driver wraps a Loop and gives it a function that makes one delivery. Deliveries
// take turns, so that this function may keep state between calls without a lock. It
// runs in a goroutine of its own with a deadline, since it calls code of others: a
// gatherer, a client. If such code panics, ends its goroutine or does not come back,
// the delivery has failed, and nothing else has. One that does not come back is left
// behind, and no further one is begun until it does.
//
// What knows Prometheus stays out: this package belongs to the module that requires
// nothing.
package delivery
