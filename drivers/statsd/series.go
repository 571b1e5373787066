package statsd

import (
	"time"

	"github.com/go-metrics-plus/metrics/drivers/internal/lines"
)

const (
	// forgetAfter is how long a series that is gone is remembered. One that comes back
	// later counts as new: its whole value is sent.
	forgetAfter = time.Hour

	// forgetOwedAfter is how long it is where the server has not had all of it, or where
	// the gatherer fails in part, so that nobody knows whether it is gone.
	forgetOwedAfter = 24 * time.Hour
)

type kind byte

const (
	counter kind = iota
	gauge
)

// series is what a Driver remembers of one. What a counter has gained is owed to the
// server until a packet that has it was sent, whatever the source does meanwhile.
type series struct {
	key       string // the name, and after nameLen bytes the section of the tags
	nameLen   int
	kind      kind
	known     bool    // whether it has been observed
	announced bool    // whether the server has had a line of it
	observed  float64 // the last value
	created   int64   // when counting began, as the source said with that
	owed      float64 // what the server has not had
	seen      uint64  // the delivery that observed it last
	seenAt    time.Time
}

// observe takes in the value of a counter. It reports whether counting has begun anew.
func (s *series) observe(value float64, created int64, restarted, monotonic bool) bool {
	if !lines.IsFinite(value) {
		return restarted
	}
	restarted = restarted || s.known &&
		(monotonic && value < s.observed || s.created != 0 && created != 0 && created != s.created)
	if restarted || !s.known {
		s.owed += value
	} else {
		s.owed += value - s.observed
	}
	s.observed, s.created, s.known = value, created, true
	return restarted
}

// sendFunc takes a line, or two that belong together, and how much of what is owed to a
// series is in it; the series is nil for gauges.
type sendFunc func(lines []byte, of *series, amount float64)

// seriesSet has the series of a Driver by their keys. Two that differ only in characters
// which the protocol has no room for are one here, and the later one is left out.
type seriesSet struct {
	prefix string
	format Format
	limit  int // length of a line

	all      map[string]*series
	delivery uint64
	now      time.Time
	complete bool // whether the gatherer brought all it has
	losses   lines.Losses

	key     []byte // scratch space, as is what follows
	nameLen int
	line    []byte
}

func (set *seriesSet) init(c Config) {
	set.prefix, set.format, set.limit = c.Prefix, c.Format, c.PacketSize
	if set.prefix != "" {
		set.prefix += "."
	}
	set.all = make(map[string]*series)
}

// begin begins a delivery.
func (set *seriesSet) begin(complete bool) {
	set.delivery++
	set.now, set.complete = time.Now(), complete
	set.losses = lines.Losses{}
}

// find returns the series of a sample, or nil if it had one in this delivery.
func (set *seriesSet) find(of *sampler, suffix, label, value string, kind kind) *series {
	set.render(of, suffix, label, value)
	s := set.all[string(set.key)]
	switch {
	case s == nil:
		s = &series{key: string(set.key), nameLen: set.nameLen, kind: kind}
		set.all[s.key] = s
	case s.seen == set.delivery:
		lines.Lose(&set.losses, of.family, s.key, ErrDuplicate)
		return nil
	case s.kind != kind:
		*s = series{key: s.key, nameLen: s.nameLen, kind: kind}
	}
	s.seen, s.seenAt = set.delivery, set.now
	return s
}

// render makes the key of a sample: its name, then the section of its tags.
func (set *seriesSet) render(of *sampler, suffix, label, value string) {
	set.key = append(set.key[:0], set.prefix...)
	set.key = appendName(set.key, of.family)
	set.key = append(set.key, suffix...)
	if set.format == FormatStatsD {
		for _, pair := range of.labels {
			set.appendParts(pair.GetName(), pair.GetValue())
		}
		set.appendParts(label, value)
		set.nameLen = len(set.key)
		return
	}
	set.nameLen = len(set.key)
	for _, pair := range of.labels {
		set.appendTag(pair.GetName(), pair.GetValue())
	}
	set.appendTag(label, value)
}

// appendParts appends a label to the name. One with an empty value is none.
func (set *seriesSet) appendParts(label, value string) {
	if value == "" {
		return
	}
	set.key = appendPart(append(set.key, '.'), label)
	set.key = appendPart(append(set.key, '.'), value)
}

// appendTag appends a label to the section of the tags.
func (set *seriesSet) appendTag(label, value string) {
	if value == "" {
		return
	}
	separator := ","
	if len(set.key) == set.nameLen {
		separator = "|#"
	}
	set.key = appendTag(append(set.key, separator...), label, value)
}

// sendCounter sends what is owed, and reports false if the line is too long.
func (set *seriesSet) sendCounter(s *series, send sendFunc) bool {
	set.line = appendLine(set.line[:0], s.key, s.nameLen, s.owed, 'c')
	if len(set.line) > set.limit {
		return false
	}
	send(set.line, s, s.owed)
	return true
}

// sendGauge sends the value of a series, and reports false if the lines are too long. A
// value with a sign would be added to the last one by most servers, so that a negative
// one comes after zero.
func (set *seriesSet) sendGauge(s *series, value float64, send sendFunc) bool {
	set.line = set.line[:0]
	if value < 0 {
		set.line = append(appendLine(set.line, s.key, s.nameLen, 0, 'g'), '\n')
	}
	set.line = appendLine(set.line, s.key, s.nameLen, value, 'g')
	if len(set.line) > set.limit {
		return false
	}
	send(set.line, nil, 0)
	return true
}

func appendLine(to []byte, key string, nameLen int, value float64, letter byte) []byte {
	to = append(to, key[:nameLen]...)
	to = appendValue(append(to, ':'), value)
	to = append(to, '|', letter)
	return append(to, key[nameLen:]...)
}

// sendGone sends what is owed of series that are gone, and forgets those that have been
// for long.
func (set *seriesSet) sendGone(send sendFunc) {
	for key, s := range set.all {
		if s.seen == set.delivery {
			continue
		}
		if s.owed != 0 {
			set.sendCounter(s, send)
		}
		limit := forgetAfter
		if s.owed != 0 || !set.complete {
			limit = forgetOwedAfter
		}
		if set.now.Sub(s.seenAt) > limit {
			delete(set.all, key)
		}
	}
}
