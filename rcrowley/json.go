package rcrowley

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"

	gometrics "github.com/rcrowley/go-metrics"
)

// GetAll returns the values of each metric under the keys that rcrowley's
// registry has for them: those of r by its own GetAll, which runs the health
// checks and names a labelled series name{label="value"}, and those that
// libraries registered themselves. One that panics is left out and logged once.
func (r *Registry) GetAll() map[string]map[string]any {
	all := map[string]map[string]any{}
	maps.Copy(all, r.base.GetAll())
	r.names.each(func(name string, metric any) {
		if values := r.values(name, metric); values != nil {
			all[r.prefix+name] = values
		}
	})
	return all
}

// values has rcrowley's registry read a metric: it knows best how.
func (r *Registry) values(name string, metric any) map[string]any {
	defer func() {
		if p := recover(); p != nil {
			r.reports.Once(name, "left out, since reading it panicked", fmt.Errorf("panic: %v", p))
		}
	}()
	reader := gometrics.NewRegistry()
	if err := reader.Register(name, metric); err != nil {
		return nil
	}
	return reader.GetAll()[name]
}

// MarshalJSON writes what GetAll returns in the order of the keys, with null for
// numbers that JSON hasn't: NaN and the infinities. With rcrowley's registry
// they fail the whole.
func (r *Registry) MarshalJSON() ([]byte, error) {
	all := r.GetAll()
	for key, values := range all {
		all[key] = finite(values)
	}
	return json.Marshal(all)
}

func finite(values map[string]any) map[string]any {
	clean := make(map[string]any, len(values))
	for key, value := range values {
		if f, ok := value.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
			value = nil
		}
		clean[key] = value
	}
	return clean
}
