package delivery

import "context"

// Gathering asks a gatherer, whose families are of type F, as Call does. The zero value
// is ready for use, by one goroutine at a time.
type Gathering[F any] struct{ call Call[[]F] }

// Do returns what there is to deliver. A gatherer that brings families along with an
// error has failed in part: that is left for Loop.Report. One that brings only an error
// has failed, and would again a moment later.
func (g *Gathering[F]) Do(ctx context.Context, gather func() ([]F, error)) (families []F, partial, failed error) {
	families, err := g.call.Do(ctx, "gatherer", gather)
	switch {
	case err == nil:
		return families, nil, nil
	case len(families) > 0:
		return families, err, nil
	}
	return nil, nil, &Failure{Err: err, Kind: "gatherer", Permanent: true}
}
