package reports

import (
	"errors"
	"fmt"
)

// Sound returns an error that code of others made. If it panics when asked for its text
// or its cause, as a nil pointer that became an error does, Sound returns one that says
// so: later nobody could log or compare it without ending the program. Like all code of
// others the error may also block, so ask where that code is called.
func Sound(err error) (sound error) {
	defer func() {
		if cause := recover(); cause != nil {
			sound = fmt.Errorf("an error of type %T can't be read: %v", err, cause)
		}
	}()
	if err != nil {
		var none *unknown
		_, _, _ = err.Error(), errors.Is(err, none), errors.As(err, &none)
	}
	return err
}

// unknown is an error that none is and none wraps, so that all are asked.
type unknown struct{}

func (*unknown) Error() string { return "unknown" }
