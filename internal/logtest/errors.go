package logtest

import "sync"

// Errors are what an OnError got. The zero value has none.
type Errors struct {
	mu   sync.Mutex
	errs []error
}

// Add is the OnError.
func (l *Errors) Add(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.errs = append(l.errs, err)
}

// All returns the errors so far, in order.
func (l *Errors) All() []error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]error(nil), l.errs...)
}

// Texts returns their texts.
func (l *Errors) Texts() (texts []string) {
	for _, err := range l.All() {
		texts = append(texts, err.Error())
	}
	return texts
}
