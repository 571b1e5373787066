package lines

import "fmt"

// Losses are the series that one delivery leaves out. The zero value is none.
type Losses struct{ all map[lossKey]*loss }

type lossKey struct {
	family string
	reason error
}

// loss is what a delivery leaves out of a family for one reason.
type loss struct {
	series int
	first  string
}

// Lose notes that a series of the family is left out. The series is copied only if it
// is the first for its reason.
func Lose[S string | []byte](l *Losses, family string, series S, reason error) {
	at := lossKey{family, reason}
	if known := l.all[at]; known != nil {
		known.series++
		return
	}
	if l.all == nil {
		l.all = make(map[lossKey]*loss)
	}
	l.all[at] = &loss{1, string(series)}
}

// Problems returns what was left out, for delivery.Loop.Report, and beside it why the
// gathering failed in part, unless that is nil.
func (l *Losses) Problems(gathering error) map[string]error {
	problems := make(map[string]error, len(l.all))
	for at, l := range l.all {
		problems[at.family+"\n"+at.reason.Error()] = fmt.Errorf("family %s: %d series left out, among them %.200q: %w",
			at.family, l.series, l.first, at.reason)
	}
	if gathering != nil {
		problems[""] = gathering
	}
	return problems
}
