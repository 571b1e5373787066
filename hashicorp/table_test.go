package hashicorp

import (
	"fmt"
	"testing"

	gometrics "github.com/hashicorp/go-metrics"

	"github.com/go-metrics-plus/metrics"
)

// Entries under one hash are told apart by what they are, and none is lost when the
// table grows or others leave.
func TestTable(t *testing.T) {
	const n = 100
	var table table[metrics.Counter]
	key := func(i int) []string { return []string{"a", fmt.Sprint(i)} }
	labels := []gometrics.Label{{Name: "x", Value: "1"}}
	for i := range n {
		table.insert(&entry[metrics.Counter]{hash: uint64(i % 3), key: key(i)})
		table.insert(&entry[metrics.Counter]{hash: uint64(i % 3), key: key(i), labels: labels})
	}
	check := func(there func(i int) bool) {
		t.Helper()
		for i := range n {
			plain, labelled := table.find(uint64(i%3), key(i), nil), table.find(uint64(i%3), key(i), labels)
			if (plain != nil) != there(i) || labelled == nil || plain == labelled {
				t.Errorf("entry %d: %v and %v", i, plain, labelled)
			}
		}
	}
	check(func(int) bool { return true })
	if table.find(1, key(0), nil) != nil || table.find(0, key(n), nil) != nil {
		t.Error("found what is not there")
	}
	table.rebuild(func(e *entry[metrics.Counter]) bool { return len(e.labels) > 0 || e.hash != 0 })
	check(func(i int) bool { return i%3 != 0 })
	if table.count != 2*n-(n+2)/3 {
		t.Errorf("%d entries are counted", table.count)
	}
}

// Parts are hashed one by one, in their order.
func TestHashOf(t *testing.T) {
	label := func(name, value string) []gometrics.Label { return []gometrics.Label{{Name: name, Value: value}} }
	seen := map[uint64]int{}
	for i, hash := range []uint64{
		hashOf(nil, nil), hashOf([]string{""}, nil), hashOf([]string{"ab"}, nil), hashOf([]string{"a", "b"}, nil),
		hashOf([]string{"b", "a"}, nil), hashOf([]string{"a"}, label("b", "")), hashOf([]string{"a"}, label("", "b")),
		hashOf([]string{"a"}, label("b", "c")), hashOf([]string{"a", "b", "c"}, nil),
	} {
		if before, known := seen[hash]; known {
			t.Errorf("%d and %d have one hash", before, i)
		}
		seen[hash] = i
	}
}
