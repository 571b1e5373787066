// Package drivers tests the drivers for other programs against the real ones.
package drivers
