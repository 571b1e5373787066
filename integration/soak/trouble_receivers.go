package soak

import "time"

// receiverTroubles are what happens to the receivers of the drivers for other programs,
// and on the way to them.
func (r *run) receiverTroubles() (all []trouble) {
	for _, c := range r.receivers {
		add := func(name string, hidden bool, begin func() (end func())) {
			all = append(all, trouble{
				name: name, least: 2 * time.Second, most: 5 * time.Second, on: []string{c.name}, stops: true,
				hidden: hidden, begin: func(*run, string) func() { return begin() },
			})
		}
		add("receiver killed", false, func() func() {
			if err := c.program.Kill(); err != nil {
				r.t.Fatal(err)
			}
			return func() { c.program.Restart(r.t) }
		})
		add(suspendedName, !c.answers(), func() func() {
			if err := c.program.Suspend(); err != nil {
				r.t.Fatal(err)
			}
			return func() {
				if err := c.program.Resume(); err != nil {
					r.t.Fatal(err)
				}
			}
		})
		for _, m := range c.modes() {
			add(m.name, m.hidden, func() func() {
				c.proxy.set(m.mode)
				return func() { c.proxy.set(passing) }
			})
		}
	}
	return all
}

// answers reports whether the receiver says that it has got something. Nobody can tell
// that a program without answers does nothing with what the system has taken for it.
func (c *receiver) answers() bool {
	_, http := c.proxy.(*proxy)
	return http
}

const (
	// By these, samples are lost for good.
	wrongName    = "receiver answering another page"
	refusingName = "receiver refusing"

	// By these, a delivery takes as long as it may.
	suspendedName  = "receiver suspended"
	notReadingName = "receiver not reading"
)

// namedMode is a mode, and how its trouble is called.
type namedMode struct {
	mode   mode
	name   string
	hidden bool
}

// modes are what happens on the way to the receiver.
func (c *receiver) modes() (modes []namedMode) {
	if c.proxy == nil {
		return nil
	}
	modes = []namedMode{
		{slow, "receiver slow", true},
		{wrong, wrongName, true},
		{refusing, refusingName, false},
		{resetting, "receiver resetting connections", false},
		{hanging, notReadingName, !c.answers()},
	}
	if c.answers() {
		modes = append(modes, []namedMode{
			{full, "receiver full (503)", false},
			{busy, "receiver busy (429)", false},
			{diskFull, "receiver with a full disk (507)", false},
			{nonsense, "receiver answering nonsense", false},
		}...)
	}
	return modes
}
