// Package wire writes metric families in the formats of a Prometheus scrape, and
// compresses them.
//
// It covers the text format 0.0.4, OpenMetrics 0.0.1 and 1.0.0, and delimited
// protobuf. The text formats come out byte for byte as package expfmt of
// prometheus/common writes them for promhttp, and protobuf decodes to the same
// families; fuzz targets hold the two against each other. What an Encoder does not
// cover, such as a family that expfmt refuses or another format, it leaves to
// expfmt.
//
// Nothing here knows of drivers, registries or HTTP connections.
package wire
