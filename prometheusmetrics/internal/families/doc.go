// Package families is what a flush publishes: the families, their series and their
// values, in a form that many scrapes can read while the next flush is made.
//
// An Exposition, and everything that can be reached from it, is immutable from the
// moment it is published. Families and series are shared by successive expositions
// for as long as nothing about them changes, so what is derived from a Family or a
// Series alone, such as its rendered name and labels, stays valid as long as the
// pointer does. Values are never shared: each exposition has its own Numbers, Parts
// and Histograms, and a series says at which place of them its own are.
//
// What leaves this package as Prometheus types is a private copy, which whoever
// receives it may change, except for the trees that Trees lends.
//
// Nothing here knows of sources, of registries, or of where values come from.
package families
