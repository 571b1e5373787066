package live

import (
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/live"
)

// The pictures of the documentation:
//
//	go test ./live -run TestScreenshots -update
func TestScreenshots(t *testing.T) {
	folder := t.TempDir()
	past := 20 * time.Second
	if *update {
		folder, past = filepath.Join("..", "..", "docs"), 5*time.Minute
	}
	shop := newShop(t, past)
	page := newPage(t, shop, live.Config{Interval: 100 * time.Millisecond, History: 10 * time.Minute})
	for time.Since(shop.LastFlush()) > 2*time.Second {
		time.Sleep(50 * time.Millisecond) // while the past goes by
	}
	url := serve(t, page)
	const histogram = "#open=shop_http_latency_seconds&by=route"
	for _, picture := range []struct {
		name, hash, ready string
		look              look
	}{
		{"live.png", histogram, `document.querySelectorAll(".plot canvas").length >= 3`, look{1440, 960, false}},
		{"live-dark.png", histogram, `document.querySelectorAll(".plot canvas").length >= 3`, look{1440, 960, true}},
		{"live-health.png", "#view=health", `document.querySelector(".leftOut .bad") !== null`, look{1200, 720, false}},
		{"live-phone.png", "#open=shop_http_requests_total&by=code", `document.querySelectorAll(".plot canvas").length === 1`, look{400, 800, true}},
	} {
		p := open(t, url+picture.hash, picture.look)
		p.awaitTrue(picture.ready)
		p.do(chromedp.Sleep(1500 * time.Millisecond))
		p.screenshot(filepath.Join(folder, picture.name))
		p.do(chromedp.Navigate("about:blank"))
	}
}

// counter counts calls from several goroutines.
type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) add() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}

func (c *counter) get() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}
