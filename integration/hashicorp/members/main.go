// Command members runs a serf cluster of three nodes in one process, which talk to each
// other over 127.0.0.1, for the integration tests: serf and memberlist report to the
// sink, and /status says what they really did.
//
//	members -listen 127.0.0.1:0
//
// POST /event?name=deploy sends a user event through the first node, POST /query?name=ping
// a query, and POST /stop shuts all nodes down, so that nothing changes any more.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	gometrics "github.com/hashicorp/go-metrics"
	"github.com/hashicorp/serf/serf"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/hashicorp"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "`address` to serve on")
	flag.Parse()
	if err := run(*listen); err != nil {
		log.Fatal(err)
	}
}

func run(listen string) error {
	registry := metrics.NewRegistry()
	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Registry: registry, Layout: prometheusmetrics.LayoutTyped, Detached: true,
	}, nil)
	if err != nil {
		return err
	}
	// As it comes: with the names of service and host before keys.
	sink := hashicorp.NewSink(registry, hashicorp.Config{})
	if _, err := gometrics.NewGlobal(gometrics.DefaultConfig("shop"), sink); err != nil {
		return err
	}
	nodes, err := startNodes(3)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	fmt.Printf("serving http://%s/metrics\n", listener.Addr())
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	context.AfterFunc(ctx, func() { listener.Close() })
	err = http.Serve(listener, routes(nodes, driver.Handler()))
	if ctx.Err() != nil {
		return stop(nodes)
	}
	return err
}

// stop shuts the nodes down, once or more often.
func stop(nodes []*node) error {
	for _, n := range nodes {
		if err := n.serf.Shutdown(); err != nil {
			return err
		}
		<-n.serf.ShutdownCh()
	}
	return nil
}

func routes(nodes []*node, exposition http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", exposition)
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) {
		all := map[string]status{}
		for _, n := range nodes {
			all[n.name] = n.status()
		}
		json.NewEncoder(w).Encode(all)
	})
	action := func(do func(r *http.Request) error) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if err := do(r); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
			}
		}
	}
	mux.HandleFunc("POST /event", action(func(r *http.Request) error {
		return nodes[0].serf.UserEvent(r.FormValue("name"), []byte(time.Now().String()), false)
	}))
	mux.HandleFunc("POST /query", action(func(r *http.Request) error {
		answers, err := nodes[0].serf.Query(r.FormValue("name"), nil, &serf.QueryParam{Timeout: time.Second})
		if err == nil {
			for range answers.ResponseCh() {
			}
		}
		return err
	}))
	mux.HandleFunc("POST /stop", action(func(*http.Request) error { return stop(nodes) }))
	return mux
}
