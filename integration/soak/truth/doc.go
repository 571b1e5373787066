// Package truth is what a service of the soak test counts by itself, and how the
// test reads it: in plain atomic integers and plain files, beside the library that
// is tested and with nothing of it.
//
// A service has slots, one for each number that the library counts too. Each time a
// driver begins a flush the service writes down what the slots are, as a mark with a
// number of its own, and shows that number as a gauge. So whoever sees a scrape
// knows which flush it shows, and between which two bounds each of its values must
// lie: what was recorded when the flush began, and what when the next one did. No
// clock is needed for that, and a service that is killed leaves its marks behind.
package truth
