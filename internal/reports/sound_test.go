package reports

import (
	"errors"
	"fmt"
	"testing"
)

// hasCause takes its cause for granted.
type hasCause struct{ cause error }

func (e *hasCause) Error() string { return e.cause.Error() }
func (e *hasCause) Unwrap() error { return e.cause }

// says has a text, and panics when it is compared.
type says string

func (e says) Error() string { return string(e) }
func (e says) Is(error) bool { panic(e) }

// converts panics when it is asked to be another type.
type converts struct{ error }

func (converts) As(any) bool { panic("no") }

func TestSound(t *testing.T) {
	plain := errors.New("plain")
	for _, err := range []error{nil, plain, &hasCause{plain}, errors.Join(plain, fmt.Errorf("two: %w", plain))} {
		if got := Sound(err); got != err {
			t.Errorf("%v became %v", err, got)
		}
	}
	var none *hasCause
	for _, err := range []error{none, &hasCause{none}, &hasCause{}, says("x"), converts{plain}, fmt.Errorf("all: %w", none),
		errors.Join(plain, none)} {
		sound := Sound(err)
		if sound == nil || sound == err || errors.Is(sound, plain) {
			t.Errorf("%T became %v", err, sound)
		}
	}
	if got, want := Sound(says("x")).Error(), "an error of type reports.says can't be read: x"; got != want {
		t.Errorf("error is %q, want %q", got, want)
	}
}
