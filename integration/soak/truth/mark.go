package truth

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"
)

// perGeneration is how many marks one life of a service has at most; numbers of
// later lives are higher, and all are exact as a float64.
const perGeneration = 1_000_000_000

// Mark is what the slots were when a flush began.
type Mark struct {
	Number int64
	At     time.Time // by a clock that does not jump
	Slots  []Bounds
}

// IsFirst reports whether the mark is the first one of a life.
func (m Mark) IsFirst() bool { return m.Number%perGeneration == 1 }

// Marks writes the marks of one driver. Only Count may be called concurrently.
type Marks struct {
	file  *os.File
	first int64
	count atomic.Int64
	slots []*Slot
	text  []byte
}

// NewMarks writes the marks of a driver into a file of its own.
func NewMarks(folder, driver string, generation int, slots []*Slot) (*Marks, error) {
	file, err := os.Create(marksPath(folder, driver))
	if err != nil {
		return nil, err
	}
	return &Marks{file: file, first: int64(generation) * perGeneration, slots: slots}, nil
}

// start has the monotonic clock beside the wall clock.
var start = time.Now()

// Now is the time that it would be had the wall clock not jumped since the start.
func Now() time.Time { return time.Unix(0, start.UnixNano()+int64(time.Since(start))) }

func marksPath(folder, driver string) string { return filepath.Join(folder, "marks-"+driver) }

// Next writes a mark and returns its number.
func (m *Marks) Next() (int64, error) {
	number := m.first + m.count.Add(1)
	at := Now().UnixNano()
	m.text = binary.LittleEndian.AppendUint64(m.text[:0], uint64(number))
	m.text = binary.LittleEndian.AppendUint64(m.text, uint64(at))
	for _, s := range m.slots {
		b := s.bounds()
		m.text = binary.LittleEndian.AppendUint64(m.text, uint64(b.Done))
		m.text = binary.LittleEndian.AppendUint64(m.text, uint64(b.Begun))
	}
	_, err := m.file.Write(m.text) // in one call, which a kill does not cut
	return number, err
}

// Count returns how many marks there are.
func (m *Marks) Count() int64 { return m.count.Load() }

// A History has the marks of one driver in one life of its service.
type History struct {
	First int64
	Marks []Mark
}

// ReadMarks reads the marks of a driver whose service has so many slots.
func ReadMarks(folder, driver string, slots int) (h History, err error) {
	file, err := os.Open(marksPath(folder, driver))
	if err != nil {
		return h, err
	}
	defer file.Close()
	record := make([]byte, 16*(1+slots))
	for {
		_, err := io.ReadFull(file, record)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return h, nil
		} else if err != nil {
			return h, err
		}
		h.Marks = append(h.Marks, decode(record))
		h.First = h.Marks[0].Number
		if last := h.Marks[len(h.Marks)-1].Number; last != h.First+int64(len(h.Marks))-1 {
			return h, fmt.Errorf("mark %d of %s is number %d", len(h.Marks), driver, last)
		}
	}
}

func decode(record []byte) (m Mark) {
	next := func() int64 {
		n := int64(binary.LittleEndian.Uint64(record))
		record = record[8:]
		return n
	}
	m.Number, m.At = next(), time.Unix(0, next())
	for len(record) > 0 {
		m.Slots = append(m.Slots, Bounds{Done: next(), Begun: next()})
	}
	return m
}

// Of returns the mark of a number, and the one after it, which is nil if the flush
// was the last one.
func (h History) Of(number int64) (mark, next *Mark) {
	i := number - h.First
	if i < 0 || i >= int64(len(h.Marks)) {
		return nil, nil
	}
	if i+1 < int64(len(h.Marks)) {
		next = &h.Marks[i+1]
	}
	return &h.Marks[i], next
}
