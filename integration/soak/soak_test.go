package soak

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// TestSoak runs the chain for a minute, or for as long as SOAK_DURATION says.
func TestSoak(t *testing.T) {
	if testing.Short() {
		t.Skip("takes more than a minute")
	}
	length := time.Minute
	if text := os.Getenv("SOAK_DURATION"); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	seed := rand.Uint64() >> 32
	if text := os.Getenv("SOAK_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	fmt.Printf("soak: to repeat this: SOAK_SEED=%d SOAK_DURATION=%v\n", seed, length)
	r := Run(t, seed, length)
	report := r.Report()
	t.Log("\n" + report)
	if path := os.Getenv("SOAK_REPORT"); path != "" {
		if err := os.WriteFile(path, []byte(report), 0o600); err != nil {
			t.Error(err)
		}
	}
}
