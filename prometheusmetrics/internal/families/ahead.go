package families

// Block is how many families or series Writer reads ahead.
const Block = 32

// Ahead brings families that are appended next, a Block at most, into the processor's
// cache. They lie scattered in memory, and each leads to its name, its help text and its
// series, one after the other: where they are many, most of the work is to wait for them.
// Read in turns, they are waited for together.
func (w *Writer) Ahead(next []*Family) {
	n := 0
	for _, f := range next {
		n += len(f.Name) + len(f.Series)
	}
	var first [Block]*Series
	for i, f := range next {
		n += ends(f.Name) + ends(f.Help)
		first[i] = f.Series[0] // the others are for aheadOf
	}
	w.seen = n + touch(first[:len(next)])
}

// aheadOf does the same for the series of one family, from one on that is a multiple of
// Block.
func (w *Writer) aheadOf(series []*Series, from int) {
	if next := series[from:min(from+Block, len(series))]; len(series) > 1 {
		w.seen = touch(next)
	}
}

// touch reads series. So that the compiler does not leave that out, it returns something.
func touch(series []*Series) (n int) {
	for _, s := range series {
		n += s.Slot
	}
	for _, s := range series {
		n += s.Rendered.Touch()
	}
	return n
}

// ends reads a text at both ends, beyond which few have much.
func ends(text string) int {
	if text == "" {
		return 0
	}
	return int(text[0]) + int(text[len(text)-1])
}
