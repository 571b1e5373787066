package delivery

import "fmt"

// ConfigError says what is wrong with a field of a driver's Config. It never has a
// secret in it.
type ConfigError struct {
	// Package is the name of the driver's package.
	Package string
	// Field is the name of the field.
	Field string
	// Err is the cause.
	Err error
}

// Error names the package, the field and the cause.
func (e *ConfigError) Error() string {
	return fmt.Sprintf("%s: Config.%s: %v", e.Package, e.Field, e.Err)
}

// Unwrap returns the cause.
func (e *ConfigError) Unwrap() error { return e.Err }
