package soak

import (
	"fmt"
	"strings"
	"time"

	"github.com/go-metrics-plus/metrics/integration/harness"
)

const closingCheck = "drivers closed in time, with the last values"

// closeWithin is the timeout of a delivery and a few seconds, as Close promises.
const closeWithin = 2*time.Second + 5*time.Second

// closed is how a driver for another program was closed.
type closed struct {
	Name    string
	Took    time.Duration
	Failure string
}

// checkClosing closes the drivers for other programs: of the service that is mortal while
// no receiver reads or answers, of the others in peace. Close then has delivered what was
// recorded right before.
func (r *run) checkClosing() {
	if len(r.receivers) == 0 {
		return
	}
	begun := time.Now()
	r.setProxies(hanging)
	r.each(func(s *service) {
		if s.mortal {
			r.close(s, true)
		}
	})
	r.setProxies(passing)
	r.each(func(s *service) {
		if !s.mortal {
			r.close(s, false)
		}
	})
	r.checkDeliveries(begun, func(s *service, l truthOfLife) bool { return !l.over && !s.mortal })
	r.each(r.checkClosed)
}

func (r *run) setProxies(m mode) {
	for _, c := range r.receivers {
		if c.proxy != nil {
			c.proxy.set(m)
		}
	}
}

// close closes the drivers of a service, and checks how that went.
func (r *run) close(s *service, hangs bool) {
	var all []closed
	r.get(s, "/close", &all)
	took := map[string]closed{}
	for _, c := range all {
		took[c.Name] = c
	}
	for _, c := range r.receivers {
		if !c.takes(s) {
			continue
		}
		driver, found := took[c.name]
		fails := hangs && c.proxy != nil && c.answers()
		r.count(closingCheck, 1)
		if !found || driver.Took > closeWithin || fails != (driver.Failure != "") {
			r.fail(closingCheck, "%s of %s: %v, failed with %q", c.name, s.name, driver.Took, driver.Failure)
		}
	}
}

// checkClosed checks that nothing of the drivers is left.
func (r *run) checkClosed(s *service) {
	harness.Eventually(r.t, "drivers of "+s.name+" to be gone", func() error {
		var now state
		r.get(s, "/state", &now)
		for stack := range strings.SplitSeq(now.Stacks, "\n\n") {
			if strings.Contains(stack, "metrics/drivers/") {
				return fmt.Errorf("a goroutine is left:\n%s", stack)
			}
		}
		return nil
	})
	r.count(closingCheck, 1)
}
