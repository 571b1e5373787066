package harness

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/api"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"
)

// Queries asks a server that has Prometheus's API.
type Queries struct{ api v1.API }

func newQueries(t testing.TB, url string) Queries {
	t.Helper()
	client, err := api.NewClient(api.Config{Address: url})
	if err != nil {
		t.Fatal(err)
	}
	return Queries{v1.NewAPI(client)}
}

// Query evaluates PromQL now. An answer that is no instant vector is an error.
func (q Queries) Query(promql string) (model.Vector, error) {
	ctx, cancel := context.WithTimeout(context.Background(), pollTimeout)
	defer cancel()
	value, _, _, err := q.api.Query(ctx, promql, time.Time{})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", promql, err)
	}
	vector, ok := value.(model.Vector)
	if !ok {
		return nil, fmt.Errorf("%s: got a %s, want a vector", promql, value.Type())
	}
	return vector, nil
}

// Matrix evaluates PromQL that gives ranges of samples as they are stored, such as
// up[1m], at one moment.
func (q Queries) Matrix(promql string, at time.Time) (model.Matrix, error) {
	ctx, cancel := context.WithTimeout(context.Background(), pollTimeout)
	defer cancel()
	value, _, _, err := q.api.Query(ctx, promql, at)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", promql, err)
	}
	matrix, ok := value.(model.Matrix)
	if !ok {
		return nil, fmt.Errorf("%s: got a %s, want a matrix", promql, value.Type())
	}
	return matrix, nil
}

// Value evaluates PromQL that gives one sample.
func (q Queries) Value(promql string) (float64, error) {
	vector, err := q.Query(promql)
	if err != nil {
		return 0, err
	}
	if len(vector) != 1 {
		return 0, fmt.Errorf("%s: got %d samples, want one", promql, len(vector))
	}
	return float64(vector[0].Value), nil
}

// Exemplars returns the exemplars of all series that the PromQL selects, stored
// since the beginning.
func (q Queries) Exemplars(promql string) ([]v1.ExemplarQueryResult, error) {
	ctx, cancel := context.WithTimeout(context.Background(), pollTimeout)
	defer cancel()
	now := time.Now()
	exemplars, err := q.api.QueryExemplars(ctx, promql, now.Add(-time.Hour), now.Add(time.Hour))
	if err != nil {
		return nil, fmt.Errorf("exemplars of %s: %w", promql, err)
	}
	return exemplars, nil
}
