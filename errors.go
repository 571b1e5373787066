package metrics

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/go-metrics-plus/metrics/internal/reports"
)

// DuplicateMetric is what Register returns for a series that is registered
// already. It holds the series as Each and GetAll name it: the full name, with
// the labels behind it, as in requests{code="200"}. Unregister that one first, or
// use GetOrRegister to share it.
type DuplicateMetric string

func (err DuplicateMetric) Error() string {
	return "duplicate metric: " + reports.Printable(string(err))
}

// TypeConflictError says that a name was requested as one type while it is
// registered as another. A name has one type whatever its labels, as a metric
// family has in Prometheus.
type TypeConflictError struct {
	Name       string // full name, without labels
	Registered string // type that the name has, such as "Counter"
	Asked      string // type that was requested
}

func (err *TypeConflictError) Error() string {
	return fmt.Sprintf("metric %s: is a %s, can't be a %s as well", reports.Printable(err.Name), err.Registered, err.Asked)
}

// UnsupportedTypeError says that something is no instrument of this package, no
// snapshot of one and no Healthcheck, and so can't be registered.
type UnsupportedTypeError struct {
	Name string // full name
	Type string // Go type of what was to be registered, "<nil>" for nil
}

func (err *UnsupportedTypeError) Error() string {
	return fmt.Sprintf("metric %s: can't register a %s", reports.Printable(err.Name), err.Type)
}

func unsupported(name string, i any) error {
	return &UnsupportedTypeError{Name: name, Type: typeName(i)}
}

// errZeroStart is logged for a timer that was given no start.
var errZeroStart = errors.New("UpdateSince was called with the zero time")

// errUnsupportedRegistry is wrapped with the name and the type of a registry
// that has only the methods of Registry.
var errUnsupportedRegistry = errors.New("registry can't do this")

// typeName returns the type of what was to be registered, with the whole path of its
// package if that is called metrics too: what is refused was often made by another
// library of the family.
func typeName(i any) string {
	name := fmt.Sprintf("%T", i)
	t := reflect.TypeOf(i)
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.PkgPath() == reflect.TypeFor[Counter]().PkgPath() ||
		!strings.HasPrefix(strings.TrimPrefix(name, "*"), "metrics.") {
		return name
	}
	return strings.Replace(name, "metrics.", t.PkgPath()+".", 1)
}
