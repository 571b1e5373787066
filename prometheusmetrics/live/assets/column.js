// A column holds one number for every frame, and stores it only where it changes:
// nine in ten series of a program do not move in most seconds.

const CHUNK = 64;

export class Column {
  // born is the index of the first frame that has a value.
  constructor(born) {
    this.first = Math.floor(born / CHUNK); // number of chunks[0]
    this.chunks = []; // each a Float64Array, or one number that stands for all of it
    this.last = NaN;
    this.at = born; // the frame from which on the value is last
  }

  // set gives the column another value from frame i on.
  set(i, value) {
    if (Object.is(value, this.last)) return;
    if (i > this.at) this.#fill(this.at, i);
    this.last = value;
    this.at = i;
  }

  // #fill stores last for the frames from a up to, but without, b.
  #fill(a, b) {
    while (a < b) {
      const number = Math.floor(a / CHUNK) - this.first;
      const from = a - (number + this.first) * CHUNK;
      const to = Math.min(CHUNK, b - (number + this.first) * CHUNK);
      if (from === 0 && to === CHUNK) {
        this.chunks[number] = this.last;
      } else {
        if (!(this.chunks[number] instanceof Float64Array)) this.chunks[number] = new Float64Array(CHUNK).fill(NaN);
        this.chunks[number].fill(this.last, from, to);
      }
      a += to - from;
    }
  }

  // get returns the value at frame i, NaN where there is none.
  get(i) {
    if (i >= this.at) return this.last;
    const number = Math.floor(i / CHUNK) - this.first;
    const chunk = this.chunks[number];
    if (number < 0 || chunk === undefined) return NaN;
    return typeof chunk === "number" ? chunk : chunk[i - (number + this.first) * CHUNK];
  }

  // forget drops what lies before frame i, in whole chunks.
  forget(i) {
    const drop = Math.min(Math.floor(i / CHUNK) - this.first, this.chunks.length);
    if (drop <= 0) return;
    this.chunks.splice(0, drop);
    this.first += drop;
  }

  // bytes is about what the column takes.
  get bytes() {
    let bytes = 100;
    for (const chunk of this.chunks) bytes += chunk instanceof Float64Array ? CHUNK * 8 + 100 : 8;
    return bytes;
  }
}
