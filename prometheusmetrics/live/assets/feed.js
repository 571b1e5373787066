// The feed asks the program for frames, one after the other: each request waits
// in the program until there is something new. While the page is hidden it asks
// for nothing, so that the program gathers nothing.

const VERSION = 1;
const GIVE_UP = 30e3; // ms that an answer may take
const RETRIES = [1e3, 2e3, 3e3, 5e3];

export class Feed {
  #viewer = Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");
  #since = "";
  #session = "";
  #failures = 0;
  #handlers;

  // handlers are frames(answer, interrupted), problem(text) and state(text).
  constructor(handlers) {
    this.#handlers = handlers;
  }

  async run() {
    await this.#history();
    for (;;) {
      if (document.hidden) await this.#shown();
      try {
        this.#take(await this.#get(`data?v=${VERSION}&viewer=${this.#viewer}&since=${this.#since}`));
        this.#failures = 0;
      } catch (error) {
        this.#handlers.problem(error.message, !error.answered);
        await sleep(RETRIES[Math.min(this.#failures++, RETRIES.length - 1)]);
      }
    }
  }

  // health asks what only a driver knows.
  health() { return this.#get(`health?v=${VERSION}&viewer=${this.#viewer}`); }

  #take(answer) {
    const interrupted = this.#session !== "" && (answer.session !== this.#session || Boolean(answer.frames[0]?.key));
    this.#session = answer.session;
    this.#since = `${answer.session}.${answer.seq}`;
    this.#handlers.frames(answer, interrupted);
  }

  // #history reads what the program has kept, the oldest first.
  async #history() {
    const address = `history?v=${VERSION}&viewer=${this.#viewer}`;
    try {
      const { segments } = await this.#get(address);
      for (const { id } of segments) {
        const { frames } = await this.#get(`${address}&segment=${id}`);
        this.#handlers.past(frames);
      }
    } catch {
      // What is kept is a bonus, and the feed itself tells what is wrong.
    }
  }

  async #get(address) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), GIVE_UP);
    try {
      const response = await fetch(address, { cache: "no-store", signal: abort.signal });
      if (response.ok) return await response.json();
      const text = await response.text();
      throw Object.assign(new Error(message(response.status, text)), { answered: true });
    } finally {
      clearTimeout(timer);
    }
  }

  #shown() {
    return new Promise((resolve) => {
      const listen = () => {
        if (document.hidden) return;
        document.removeEventListener("visibilitychange", listen);
        resolve();
      };
      document.addEventListener("visibilitychange", listen);
    });
  }
}

function message(status, text) {
  try {
    return JSON.parse(text).error;
  } catch {
    return status === 403 ? "The program does not let you see its metrics (403)." : `The program answered ${status}.`;
  }
}

function sleep(ms) { return new Promise((resolve) => setTimeout(resolve, ms)); }
