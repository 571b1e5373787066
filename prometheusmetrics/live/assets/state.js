// What is shown is in the address, after the #, so that a link shows the same.

const DEFAULTS = { view: "", q: "", open: "", range: "300", by: "", stat: "", table: "", shut: "" };

export class State {
  #values = {};
  #listeners = [];

  constructor() {
    this.#read();
    window.addEventListener("hashchange", () => {
      this.#read();
      this.#tell();
    });
  }

  get(name) { return this.#values[name] ?? DEFAULTS[name]; }

  // where is the filter by labels: name to value.
  get where() { return new Map((this.#values.where || []).map((pair) => splitPair(pair))); }

  // href is the address of this state with some values changed.
  href(changes) { return "#" + this.#write({ ...this.#values, ...changes }); }

  // set changes values; replace leaves no step in the browser's history.
  set(changes, replace = false) {
    const hash = this.href(changes);
    if (hash === "#" + this.#write(this.#values)) return;
    if (replace) history.replaceState(null, "", hash);
    else history.pushState(null, "", hash);
    this.#read();
    this.#tell();
  }

  setWhere(where) { this.set({ where: [...where].map(([name, value]) => `${name}=${value}`) }); }

  listen(listener) { this.#listeners.push(listener); }

  #tell() { for (const listener of this.#listeners) listener(); }

  #read() {
    const parameters = new URLSearchParams(location.hash.slice(1));
    this.#values = {};
    for (const name of Object.keys(DEFAULTS)) if (parameters.has(name)) this.#values[name] = parameters.get(name);
    if (parameters.has("where")) this.#values.where = parameters.getAll("where");
  }

  #write(values) {
    const parameters = new URLSearchParams();
    for (const name of Object.keys(DEFAULTS)) {
      if (values[name] && values[name] !== DEFAULTS[name]) parameters.set(name, values[name]);
    }
    for (const pair of values.where || []) parameters.append("where", pair);
    return parameters.toString();
  }
}

function splitPair(pair) {
  const at = pair.indexOf("=");
  return [pair.slice(0, at), pair.slice(at + 1)];
}
