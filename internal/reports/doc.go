// Package reports hands errors to code of others, which may panic, hang or end its
// goroutine at its own cost, and each error once for as long as its cause lasts.
package reports
