package live

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// patience is how long a browser on a busy machine may take for anything.
const patience = 40 * time.Second

// tab is a page in a browser of its own.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	messages []string // of the console, policy violations among them
}

// look describes the screen that a page is shown on.
type look struct {
	width, height int64
	dark          bool
}

var desktop = look{width: 1440, height: 900}

// open starts a browser with the page. Whatever the page writes to the console
// fails the test, unless quiet was called.
func open(t *testing.T, url string, l look) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)), chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, // without it Chromium does not start as root
		chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	p := &tab{t: t, ctx: ctx}
	console := chromedp.Console(ctx)
	go p.listen(console)
	p.do(chromedp.EmulateViewport(l.width, l.height))
	p.setDark(l.dark)
	p.do(chromedp.Navigate(url))
	t.Cleanup(func() {
		for _, message := range p.console() {
			t.Errorf("the console has: %s", message)
		}
	})
	return p
}

// chromium finds the browser, which CI has installed.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("there is no chromium")
	}
	t.Skip("there is no chromium: apt-get install chromium")
	return ""
}

func (p *tab) listen(console func(func(chromedp.ConsoleMessage, error) bool)) {
	for message, err := range console {
		if err != nil {
			return
		}
		p.mu.Lock()
		p.messages = append(p.messages, message.String())
		p.mu.Unlock()
	}
}

func (p *tab) console() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.messages
}

// quiet forgets messages that the test has caused, such as those about a server
// that is not there, and reports others.
func (p *tab) quiet(expected string) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, message := range p.messages {
		if !strings.Contains(message, expected) {
			p.t.Errorf("the console has: %s", message)
		}
	}
	p.messages = nil
}

func (p *tab) setDark(dark bool) {
	p.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
		p.t.Fatal(err)
	}
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// eval returns the value of an expression in the page; a promise is waited for.
func eval[T any](p *tab, expression string) T {
	p.t.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// await waits until an expression gives a value that is accepted, and returns it.
func await[T any](p *tab, expression string, accept func(T) error) T {
	p.t.Helper()
	var value T
	var problem error
	for end := time.Now().Add(patience); time.Now().Before(end); {
		value = eval[T](p, expression)
		if problem = accept(value); problem == nil {
			return value
		}
		p.do(chromedp.Sleep(50 * time.Millisecond))
	}
	p.t.Fatalf("%s: %v", expression, problem)
	return value
}

// awaitTrue waits until an expression is true.
func (p *tab) awaitTrue(expression string) {
	p.t.Helper()
	await(p, expression, func(ok bool) error {
		if !ok {
			return fmt.Errorf("is not true; the page shows %q", eval[string](p, "document.body.innerText.slice(0, 600)"))
		}
		return nil
	})
}

// screenshot writes what the page shows.
func (p *tab) screenshot(path string) {
	p.t.Helper()
	picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, picture, 0o644); err != nil {
		p.t.Fatal(err)
	}
}
