package soak

import (
	"fmt"
	"net"
	"time"
)

// idlers is how many connections a trouble of clients opens.
const idlers = 20

// clientTroubles are clients of a service's handlers that do not do what they should.
func (r *run) clientTroubles() []trouble {
	const least, most = 2 * time.Second, 5 * time.Second
	begin := func(requests ...string) func(r *run, on string) func() {
		return func(r *run, on string) func() { return r.idle(r.service(on), requests) }
	}
	const gzip, plain = "Accept-Encoding: gzip\r\n\r\n", "\r\n"
	request := func(path, rest string) string { return "GET " + path + " HTTP/1.1\r\nHost: soak\r\n" + rest }
	return []trouble{
		{name: "clients that do not read", least: least, most: most, on: r.names(anyService), begin: begin(
			request("/metrics", plain), request("/metrics", gzip), request("/promhttp", gzip), request("/own", plain))},
		{name: "clients that ask for more than they read", least: least, most: most, on: r.names(anyService), begin: begin(
			request("/metrics", plain) + request("/own", plain) + request("/metrics", gzip))},
		{name: "clients that do not finish asking", least: least, most: most, on: r.names(anyService), begin: begin(
			"GET /metrics HTTP/1.1\r\nHost: so", "GE")},
	}
}

// idle opens connections, asks and does not read; at the end some are reset.
func (r *run) idle(s *service, requests []string) (end func()) {
	var open []*net.TCPConn
	for i := range idlers {
		connection, err := net.Dial("tcp", s.address)
		if err != nil {
			r.fail("scrapes", "client of %s: %v", s.name, err)
			continue
		}
		tcp := connection.(*net.TCPConn)
		tcp.SetReadBuffer(1024) // so that the service's answer does not fit
		fmt.Fprint(tcp, requests[i%len(requests)])
		open = append(open, tcp)
	}
	return func() {
		for i, connection := range open {
			if i%2 == 0 {
				connection.SetLinger(0)
			}
			connection.Close()
		}
	}
}
