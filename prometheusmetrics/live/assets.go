package live

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/writing"
)

//go:embed assets
var files embed.FS

// asset is a file of the page, ready to be sent.
type asset struct {
	answer
	contentType, tag string
}

// assets are all files by name. They lie in one folder and refer to each other
// by name alone, which is what makes the page work under any path.
var assets = sync.OnceValue(func() map[string]*asset {
	entries, err := files.ReadDir("assets")
	if err != nil {
		panic(err) // the compiler has put it there
	}
	found := make(map[string]*asset, len(entries))
	for _, entry := range entries {
		content, err := files.ReadFile("assets/" + entry.Name())
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(content)
		found[entry.Name()] = &asset{
			answer:      answer{plain: content},
			contentType: contentType(entry.Name()),
			tag:         `"` + hex.EncodeToString(sum[:8]) + `"`,
		}
	}
	return found
})

// contentType does not ask the machine, whose table may say anything.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return "text/plain; charset=utf-8"
}

// serveAsset sends a file, and reports whether there is one of that name. Browsers
// ask each time whether it has changed, so that a new program brings a new page.
func serveAsset(w http.ResponseWriter, r *http.Request, name string, to *writing.Answers) bool {
	found := assets()[name]
	if found == nil {
		return false
	}
	header := w.Header()
	header.Set("Etag", found.tag)
	if strings.Contains(r.Header.Get("If-None-Match"), found.tag) {
		header.Set("Cache-Control", "no-cache")
		w.WriteHeader(http.StatusNotModified)
		return true
	}
	found.write(w, r, found.contentType, "no-cache", to)
	return true
}
