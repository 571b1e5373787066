// Package gateway speaks the protocol of the Prometheus Pushgateway: the address
// of a group, the request that replaces or deletes it, what an answer means, and
// how long to wait after a failure. It knows nothing of drivers, and remembers
// nothing from one request to the next.
//
// Whatever a client or a gateway does, a request ends soon after its time is over,
// a panic or a runtime.Goexit of the client is a failure like any other, and no
// error shows the password.
package gateway
