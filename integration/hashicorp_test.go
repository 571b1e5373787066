package integration

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/go-metrics-plus/metrics/integration/harness"
)

// clusterAnswer returns what a cluster answers, and an error unless all is well.
func clusterAnswer(response *http.Response, err error) (string, error) {
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, body)
	}
	return string(body), err
}

// tell posts to a cluster until that works: during an election it does not.
func tell(t *testing.T, cluster *harness.Cluster, what string) {
	t.Helper()
	harness.Eventually(t, what, func() error {
		_, err := clusterAnswer(http.Post(cluster.URL+what, "", nil))
		return err
	})
}

// status reads what a cluster knows of itself from elsewhere than its metrics.
func statusOf(t *testing.T, cluster *harness.Cluster, into any) {
	t.Helper()
	answer, err := clusterAnswer(http.Get(cluster.URL + "/status"))
	if err == nil {
		err = json.Unmarshal([]byte(answer), into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestRaft runs a cluster of three nodes, has commands applied and leaders change, and
// compares what Prometheus answers with what the cluster knows.
func TestRaft(t *testing.T) {
	for name, start := range map[string]func(testing.TB) *harness.Cluster{
		"1.8": harness.StartRaft, "1.7": harness.StartOldRaft,
	} {
		t.Run(name, func(t *testing.T) { testRaft(t, start(t)) })
	}
}

func testRaft(t *testing.T, cluster *harness.Cluster) {
	p := harness.StartTypedPrometheus(t, harness.Job{Name: "raft", Targets: []string{cluster.Address}})
	tell(t, cluster, "/apply?n=200")
	compareRaft(t, p, cluster, 1)
	tell(t, cluster, "/transfer")
	tell(t, cluster, "/apply?n=100")
	compareRaft(t, p, cluster, 2)
}

// compareRaft waits until what Prometheus answers is what the cluster knows: followers
// apply a command a little after it is committed, and a scrape comes after that. On a
// busy machine leaders may change while the test looks.
func compareRaft(t *testing.T, p *harness.Prometheus, cluster *harness.Cluster, elections float64) {
	t.Helper()
	var now struct{ Asked, Applied, Committed, Elections float64 }
	harness.Eventually(t, "the truth", func() error {
		statusOf(t, cluster, &now)
		if now.Committed != 3*now.Applied {
			return fmt.Errorf("%v commands are applied, %v over all nodes", now.Applied, now.Committed)
		}
		values := map[string]float64{
			"raft_apply_total":                        now.Asked,
			"raft_fsm_apply_seconds_count":            now.Committed,
			"histogram_count(raft_fsm_apply_seconds)": now.Committed,
			"raft_state_leader_total":                 now.Elections,
			"raft_peers":                              3,
			"count(count by (peer_id) (raft_replication_appendEntries_logs_total)) >= bool 2": 1,
		}
		// A leader begins with an entry of its own. If one was replaced before that was
		// committed, there is no telling how many there are.
		if now.Elections == elections && now.Asked == now.Applied {
			values["raft_commitTime_seconds_count"] = now.Applied + now.Elections
		}
		for promql, want := range values {
			if err := equal(p, promql, want); err != nil {
				return err
			}
		}
		return nil
	})
	// Commands in memory take between a microsecond and, on a busy machine, a second;
	// taken for milliseconds or nanoseconds, the mean would be out of this range.
	for _, promql := range []string{
		`histogram_avg(raft_commitTime_seconds)`,
		`raft_commitTime_seconds_sum / raft_commitTime_seconds_count`,
		`histogram_quantile(0.5, raft_commitTime_seconds)`,
	} {
		got, err := p.Value(promql)
		if err != nil || !(got > 1e-6 && got < 1) {
			t.Errorf("%s = %v, %v", promql, got, err)
		}
		t.Logf("%s = %v", promql, got)
	}
	t.Logf("%+v", now)
}

// TestSerf is TestRaft for serf and, underneath, memberlist, whose metrics have labels.
func TestSerf(t *testing.T) {
	cluster := harness.StartSerf(t)
	p := harness.StartTypedPrometheus(t, harness.Job{Name: "serf", Targets: []string{cluster.Address}})
	for range 4 {
		tell(t, cluster, "/event?name=deploy")
	}
	tell(t, cluster, "/event?name=restart")
	tell(t, cluster, "/query?name=ping")
	type status struct {
		Members, Events, Queries float64
		UDPBytes                 float64 `json:"udp_bytes"`
	}
	harness.Eventually(t, "events to reach everybody", func() error {
		var now map[string]status
		statusOf(t, cluster, &now)
		for name, node := range now {
			if node.Members != 3 || node.Events != 5 || node.Queries != 1 {
				return fmt.Errorf("%s has %+v", name, node)
			}
		}
		if len(now) != 3 {
			return errors.New("there are not three nodes")
		}
		return nil
	})
	tell(t, cluster, "/stop") // gossip would go on
	var now map[string]status
	statusOf(t, cluster, &now)
	p.AwaitScrapes(t)
	for name, node := range now {
		for format, want := range map[string]float64{
			`shop_serf_events_total{node=%q}`:                                    node.Events,
			`shop_serf_events_by_name_total{event="deploy",node=%q}`:             4,
			`shop_serf_events_by_name_total{event="restart",node=%q}`:            1,
			`shop_serf_queries_by_name_total{query="ping",node=%q}`:              node.Queries,
			`shop_serf_member_join_total{node=%q}`:                               node.Members,
			`shop_memberlist_udp_sent_bytes_total{node=%q}`:                      node.UDPBytes,
			`shop_serf_msgs_sent_bytes_count{node=%q} > bool 0`:                  1,
			`shop_memberlist_probeNode_seconds_count{node=%q} > bool 0`:          1,
			`histogram_avg(shop_memberlist_probeNode_seconds{node=%q}) < bool 5`: 1,
		} {
			promql := fmt.Sprintf(format, name)
			harness.Eventually(t, promql, func() error { return equal(p, promql, want) })
		}
	}
	t.Logf("%+v", now)
}
