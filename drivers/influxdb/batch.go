package influxdb

import (
	"context"
	"fmt"
)

// batch collects lines, and has them written when there are enough.
type batch struct {
	limit int
	write func(context.Context, []byte) error

	ctx     context.Context // of the delivery
	lines   []byte
	count   int
	batches int
	refused []error // of batches that the server did not take as they are
	err     error   // why the rest of the delivery is not tried
}

// begin begins a delivery.
func (b *batch) begin(ctx context.Context) {
	b.ctx, b.lines, b.count, b.batches, b.refused, b.err = ctx, b.lines[:0], 0, 0, nil, nil
}

// add takes a line.
func (b *batch) add(line []byte) {
	if b.err != nil {
		return
	}
	b.lines = append(b.lines, line...)
	if b.count++; b.count >= b.limit {
		b.flush()
	}
}

// flush writes the batch. If the server refuses its lines, the next batch is tried all
// the same; after any other failure none is.
func (b *batch) flush() {
	err := b.write(b.ctx, b.lines)
	b.lines, b.count = b.lines[:0], 0
	b.batches++
	switch {
	case err == nil:
	case isOfBatch(err):
		b.refused = append(b.refused, err)
	default:
		b.err = err
	}
}

// end writes what is left, and returns why the delivery has failed, if it has.
func (b *batch) end() error {
	if b.err == nil && b.count > 0 {
		b.flush()
	}
	switch {
	case b.err != nil:
		return b.err
	case len(b.refused) == 0:
		return nil
	case b.batches == 1:
		return b.refused[0]
	}
	return fmt.Errorf("%d of %d batches were refused, first: %w", len(b.refused), b.batches, b.refused[0])
}
