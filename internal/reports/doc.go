// Package reports hands errors to code of others, which may panic, hang or end its
// goroutine at its own cost, and each error once for as long as its cause lasts. The
// mistakes of recording code, which has nobody to hand an error to, it logs. What people
// read it makes printable, and masks the secrets in it.
package reports
