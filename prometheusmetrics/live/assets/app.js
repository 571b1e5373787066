// The page's parts, wired: the feed fills the store, the state says what is shown,
// and each frame has what is shown drawn once.

import { Detail } from "./detail.js";
import { foreign, h, setText } from "./dom.js";
import { Feed } from "./feed.js";
import { ago, clock, integer } from "./format.js";
import { Health } from "./health.js";
import { List } from "./list.js";
import { makeRows } from "./rows.js";
import { State } from "./state.js";
import { Store } from "./store.js";

const SHORTEST = 60e3; // ms that a graph shows at least

const $ = (id) => document.getElementById(id);

const store = new Store();
const state = new State();
let rows = [];
let rowsOf = -1; // the store's version that rows are of
let answer = { shown: 0, left: 0, max_series: 0, interval: 1000 };
let paused = 0; // the time at which the page stands still; 0 while it moves
let lost = ""; // what is wrong with the connection
let lostAt = 0;
let queued = false;

const list = new List($("list"), {
  open: (row) => state.set({ open: state.get("open") === row.name ? "" : row.name, where: [], by: "", stat: "" }),
  shut: (prefixes) => state.set({ shut: [...prefixes].join(" ") }, true),
});
const detail = new Detail($("detail"), state);
const feed = new Feed({
  frames(next, interrupted) {
    answer = next;
    lost = "";
    for (const frame of next.frames) store.apply(frame, interrupted);
    draw();
  },
  past(frames) { for (const frame of frames) store.apply(frame); },
  problem(text, unanswered) {
    if (!lost) lostAt = Date.now();
    lost = unanswered ? `No answer from the program since ${clock(lostAt)}; trying again.` : text;
    draw();
  },
});
const health = new Health($("health"), store, feed);

// draw has everything drawn with the browser's next frame.
function draw() {
  if (queued) return;
  queued = true;
  requestAnimationFrame(() => {
    queued = false;
    render();
  });
}

function render() {
  const { newest } = store;
  showStatus();
  if (!newest) return;
  if (rowsOf !== store.version) remakeRows();
  const to = paused || newest;
  if (state.get("view") === "health") {
    health.update(rows, answer);
    return;
  }
  list.draw((source) => (paused ? source.from(paused + 1) : source.end));
  // While less is known than was asked for, what is known has the room.
  const from = Math.max(to - Number(state.get("range")) * 1e3, Math.min(store.oldest, to - SHORTEST));
  detail.update([from, to]);
}

function remakeRows() {
  rows = makeRows(store.families);
  rowsOf = store.version;
  showRows();
}

// showRows applies the state to what is there.
function showRows() {
  const words = state.get("q").toLowerCase().split(/\s+/).filter(Boolean);
  const found = words.length ? rows.filter((row) => row.matches(words, store.version)) : rows;
  list.show(found, { shut: new Set(state.get("shut").split(" ").filter(Boolean)), open: state.get("open"), grouped: true });
  const series = integer(answer.shown);
  setText($("found"), words.length ? `${integer(found.length)} of ${integer(rows.length)} metrics` : `${integer(rows.length)} metrics, ${series} series`);
  $("nothing").hidden = found.length > 0 || !rows.length;
  const name = state.get("open");
  const row = rows.find((r) => r.name === name) || null;
  detail.show(row);
  $("hint").hidden = Boolean(row);
  if (row) $("hint").textContent = "";
  else setText($("hint"), name && rows.length ? "" : "Choose a metric to see its graphs.");
  if (!row && name && rows.length) $("hint").replaceChildren("There is no metric ", foreign(name), " now.");
}

function showState() {
  const view = state.get("view");
  const open = state.get("open");
  document.body.classList.toggle("opened", Boolean(open) && view !== "health");
  $("browse").hidden = view === "health";
  $("detailPane").hidden = view === "health";
  $("health").hidden = view !== "health";
  for (const [id, name] of [["toMetrics", ""], ["toHealth", "health"]]) {
    $(id).setAttribute("href", state.href({ view: name }));
    if (view === name) $(id).setAttribute("aria-current", "page");
    else $(id).removeAttribute("aria-current");
  }
  if ($("search").value !== state.get("q")) $("search").value = state.get("q");
  $("range").value = state.get("range");
  $("table").setAttribute("aria-pressed", String(state.get("table") === "1"));
  showRows();
  draw();
}

function showStatus() {
  const live = !lost && !paused;
  document.body.classList.toggle("live", live);
  document.body.classList.toggle("lost", Boolean(lost));
  const every = answer.interval >= 1000 ? `${answer.interval / 1000} s` : `${answer.interval} ms`;
  setText($("status"), lost ? "no connection" : paused ? `paused at ${clock(paused)}` : store.newest ? `live, every ${every}` : "connecting");
  if (answer.title) {
    setText($("title"), answer.title);
    document.title = `${answer.title} metrics`;
  }
  const notices = [];
  if (lost) notices.push(lost);
  if (answer.problem) notices.push(`The last gathering had errors: ${answer.problem}`);
  if (answer.left) {
    const why = answer.shown >= answer.max_series ? `Config.MaxSeries is ${integer(answer.max_series)}` : `Config.MaxBytes is ${integer(answer.max_bytes)}, or they were gathered twice`;
    notices.push(`${integer(answer.left)} series are left out of this page: ${why}.`);
  }
  if (store.keep < 15 * 60e3) notices.push(`Only the last ${ago(store.keep)} are kept in this browser, for so many series.`);
  const text = notices.join(" ");
  if ($("notice").textContent !== text) $("notice").replaceChildren(...(text ? [h("bdi", {}, text)] : []));
  $("notice").hidden = !text;
}

function togglePause() {
  paused = paused ? 0 : store.newest;
  $("pause").setAttribute("aria-pressed", String(Boolean(paused)));
  setText($("pause"), paused ? "Resume" : "Pause");
  draw();
}

function listen() {
  let typing = 0;
  $("search").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => state.set({ q: $("search").value }, true), 100);
  });
  $("search").addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    $("list").focus();
    event.preventDefault();
  });
  $("range").addEventListener("change", () => state.set({ range: $("range").value }));
  $("table").addEventListener("click", () => state.set({ table: state.get("table") === "1" ? "" : "1" }));
  $("pause").addEventListener("click", togglePause);
  document.addEventListener("keydown", (event) => {
    const typed = event.target.closest("input, select, textarea");
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape" && state.get("open")) closeDetail();
    else if (typed) return;
    else if (event.key === "/") $("search").focus();
    else if (event.key === "p") togglePause();
    else return;
    event.preventDefault();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    list.recolour();
    detail.recolour();
    draw();
  });
  matchMedia("(max-width: 760px)").addEventListener("change", () => {
    list.recolour();
    showRows();
  });
  document.addEventListener("visibilitychange", draw);
}

function closeDetail() {
  state.set({ open: "", where: [], by: "", stat: "" });
  $("list").focus();
}

state.listen(showState);
listen();
showState();
feed.run();
setInterval(() => lost && draw(), 1000);
let revealed = false;
const reveal = setInterval(() => {
  // A link may open what is far down the list.
  if (!rows.length || revealed) return;
  revealed = true;
  clearInterval(reveal);
  if (state.get("open")) list.reveal(state.get("open"));
}, 200);
