package remotewrite

// queue holds rounds of samples until the receiver has them, the oldest first. It
// remembers no more than a number of samples: when there are more, the oldest rounds go.
// The last round stays, whatever its size. It is for one goroutine.
type queue struct {
	limit  int // weight that may wait
	rounds []round
	weight int
}

type round struct {
	samples []sample
	weight  int
}

// weigh counts a native histogram as one sample and one more for each of its buckets,
// so that the limit is about memory.
func weigh(samples []sample) int {
	weight := len(samples)
	for i := range samples {
		if h := samples[i].histogram; h != nil {
			weight += len(h.PositiveDeltas) + len(h.NegativeDeltas) + len(h.PositiveCounts) + len(h.NegativeCounts)
		}
	}
	return weight
}

// push adds a round, and returns how many samples of older ones had to go.
func (q *queue) push(samples []sample) (dropped int) {
	if len(samples) == 0 {
		return 0
	}
	added := round{samples: samples, weight: weigh(samples)}
	q.rounds = append(q.rounds, added)
	q.weight += added.weight
	for q.weight > q.limit && len(q.rounds) > 1 {
		dropped += len(q.rounds[0].samples)
		q.dropFirst()
	}
	return dropped
}

// first returns up to n samples of the oldest round, and nothing if there are none. No
// series is among them twice.
func (q *queue) first(n int) []sample {
	if len(q.rounds) == 0 {
		return nil
	}
	samples := q.rounds[0].samples
	return samples[:min(n, len(samples))]
}

// pop takes away the first n samples of the oldest round.
func (q *queue) pop(n int) {
	oldest := &q.rounds[0]
	if n == len(oldest.samples) {
		q.dropFirst()
		return
	}
	weight := weigh(oldest.samples[:n])
	clear(oldest.samples[:n]) // the rest keeps the array alive
	oldest.samples = oldest.samples[n:]
	oldest.weight -= weight
	q.weight -= weight
}

func (q *queue) dropFirst() {
	q.weight -= q.rounds[0].weight
	q.rounds[0] = round{}
	q.rounds = q.rounds[1:]
}

// len returns the number of samples that wait.
func (q *queue) len() int {
	n := 0
	for i := range q.rounds {
		n += len(q.rounds[i].samples)
	}
	return n
}
