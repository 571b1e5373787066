// Package lines has what the drivers share that write a line of text for each series.
// Like all that is shared by drivers it belongs to the module that requires nothing.
package lines
