// The answers page: a drop zone for each question, progress, pause, cancel, and continuing after a reload.
import { Upload } from "./tus.js";

const { texts, limit_bytes: limitBytes } = JSON.parse(document.getElementById("upload-settings").textContent);
const csrf = document.getElementById("answers").dataset.csrf;
const spoken = document.getElementById("upload-spoken");
const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
const MEGABYTE = 1024 * 1024;
const MORE_EVERY_MS = 4000;
let watching = false;

function say(name, values = {}) {
  return texts[name].replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

/** Bytes per second over the last ten seconds; null until there is something to measure. */
class Speed {
  #seen = [];

  add(bytes) {
    const now = performance.now();
    if (bytes < this.#seen.at(-1)?.bytes) this.#seen = []; // sent again after a failure: restart the measurement
    this.#seen.push({ now, bytes });
    while (this.#seen.length > 2 && now - this.#seen[0].now > 10_000) this.#seen.shift();
  }

  value() {
    const first = this.#seen[0], last = this.#seen.at(-1);
    const seconds = first ? (last.now - first.now) / 1000 : 0;
    return seconds > 0.5 && last.bytes > first.bytes ? (last.bytes - first.bytes) / seconds : null;
  }

  forget() {
    this.#seen = [];
  }
}

class Card {
  #upload = null;
  #speed = new Speed();
  #spokenQuarter = 0;
  #state = "";
  #bytes = 0;
  #file = null;

  constructor(article) {
    this.article = article;
    const find = (name) => article.querySelector(`[data-${name}]`);
    Object.assign(this, {
      drop: find("drop"), sending: find("sending"), line: find("line"), error: find("error"),
      pauseButton: find("pause"), continueButton: find("continue"), unfinished: find("unfinished"),
      bar: article.querySelector("progress"), input: article.querySelector("input[type=file]"),
    });
    this.input.addEventListener("change", () => this.#take(this.input.files[0]));
    for (const kind of ["dragenter", "dragover"]) this.drop.addEventListener(kind, (event) => this.#over(event, true));
    for (const kind of ["dragleave", "drop"]) this.drop.addEventListener(kind, (event) => this.#over(event, false));
    this.drop.addEventListener("drop", (event) => this.#take(event.dataTransfer.files[0]));
    this.pauseButton.addEventListener("click", () => { this.#upload.pause(); this.continueButton.focus(); });
    this.continueButton.addEventListener("click", () => { this.#upload.start(); this.pauseButton.focus(); });
    find("cancel").addEventListener("click", () => this.#upload.cancel());
    this.#take(this.input.files[0]); // chosen before this script loaded, on a slow connection
  }

  #over(event, over) {
    event.preventDefault();
    this.drop.classList.toggle("over", over);
  }

  #take(file) {
    this.input.value = "";
    if (!file) return;
    const wrong = this.#whyNot(file);
    this.#complain(wrong);
    if (wrong) return;
    const { create, item } = this.article.dataset;
    this.#file = file;
    this.#upload = new Upload({
      file, create, item, csrf,
      onProgress: (there, sent) => this.#progress(there, sent),
      onState: (state, detail = {}) => this.#become(state, detail),
    });
    this.article.querySelector("[data-file]").textContent = `${file.name} · ${number.format(file.size / MEGABYTE)} MB`;
    this.#uploading(true);
    this.pauseButton.focus();
    this.#upload.start();
  }

  #whyNot(file) {
    const { item, name, size } = this.article.dataset;
    if (file.size === 0) return say("empty");
    if (file.size > limitBytes) return say("too_large", { limit: Math.floor(limitBytes / MEGABYTE) });
    const same = [...file.name].slice(0, 200).join("") === name && file.size === Number(size);
    if (item && !same) return say("other_file", { name, size: number.format(size / MEGABYTE) });
    return "";
  }

  #uploading(on) {
    this.sending.hidden = !on;
    this.drop.hidden = on;
    if (this.unfinished) this.unfinished.hidden = on;
    const note = this.article.querySelector(".unfinished");
    if (note) note.hidden = on;
  }

  #complain(sentence) {
    this.error.textContent = sentence;
    this.error.hidden = !sentence;
    if (sentence) spoken.textContent = sentence;
  }

  #percent() {
    return Math.floor((100 * this.#bytes) / this.#file.size);
  }

  /** Shows what the server has: after a pause the same number appears. */
  #progress(there, sent) {
    this.#bytes = there;
    this.#speed.add(sent);
    this.bar.value = (100 * there) / this.#file.size;
    if (this.#state === "sending") this.#showNumbers();
  }

  #showNumbers() {
    const percent = this.#percent(), speed = this.#speed.value();
    const parts = [say("sending", { percent })];
    if (speed) {
      const seconds = (this.#file.size - this.#bytes) / speed;
      parts.push(say("speed", { speed: number.format(speed / MEGABYTE) }));
      parts.push(seconds < 60 ? say("seconds_left") : say("minutes_left", { minutes: Math.ceil(seconds / 60) }));
    }
    this.line.textContent = parts.join(" · ");
    const quarter = Math.floor(percent / 25);
    if (quarter > this.#spokenQuarter) spoken.textContent = parts[0];
    this.#spokenQuarter = Math.max(quarter, this.#spokenQuarter);
  }

  #become(state, detail) {
    const changed = state !== this.#state;
    this.#state = state;
    const paused = state === "paused";
    this.continueButton.hidden = !paused;
    this.pauseButton.hidden = paused;
    if (state === "starting") this.#tell(say("starting"), false);
    if (state === "sending") this.#showNumbers();
    else this.#speed.forget();
    if (paused) this.#tell(say("paused", { percent: this.#percent() }), changed);
    if (state === "waiting") this.#tell(say(detail.code === "room" ? "room" : "waiting", detail), changed);
    if (state === "refused") this.#fail(detail);
    if (state === "done" || state === "cancelled") this.#finish(state);
  }

  #tell(sentence, aloud) {
    this.line.textContent = sentence;
    if (aloud) spoken.textContent = sentence;
  }

  #fail({ code, sentence }) {
    this.#uploading(false);
    this.#complain(sentence || say("failed"));
    // Someone else, or our own lost request, started an upload here: the fresh card shows it and how to continue.
    if (code === "busy" || code === "gone") refresh(this.article.id);
    else this.input.focus();
  }

  async #finish(state) {
    spoken.textContent = say(state);
    this.line.textContent = say(state);
    await refresh(this.article.id);
  }
}

/** This page as the server has it now; null if it does not respond with it. */
async function freshPage() {
  const answer = await fetch(window.location.pathname, { headers: { "X-Requested-With": "fetch" } });
  return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
}

/** Take this card and the submit section from a fresh page, and leave other uploads alone. */
async function refresh(id) {
  const old = document.getElementById(id);
  const hadFocus = old.contains(document.activeElement) || document.activeElement === document.body;
  const page = await freshPage();
  if (!page) return;
  for (const name of [id, "hand-in"]) {
    const fresh = page.getElementById(name);
    if (fresh) document.getElementById(name).replaceWith(document.adoptNode(fresh));
  }
  const article = document.getElementById(id);
  connect(article);
  if (hadFocus) article.querySelector("a, summary, input")?.focus({ preventScroll: true });
  watchForMore();
}

function connect(article) {
  if (article.querySelector("[data-drop]")) new Card(article);
}

/** While a follow-up question may still come, look for it, and insert it where the page would have it. */
async function watchForMore() {
  if (watching || !document.querySelector("#hand-in[data-may-follow]")) return;
  watching = true;
  await new Promise((resolve) => setTimeout(resolve, MORE_EVERY_MS));
  const page = document.hidden ? null : await freshPage().catch(() => null);
  if (page) {
    let last = null;
    for (const fresh of page.querySelectorAll(".answer")) {
      const here = document.getElementById(fresh.id);
      const article = here ?? document.adoptNode(fresh);
      if (!here) {
        if (last) last.after(article);
        else document.getElementById("answers").prepend(article);
        connect(article);
        spoken.textContent = say("one_more");
      }
      last = article;
    }
    const old = document.getElementById("hand-in"), now = page.getElementById("hand-in");
    if (now && !old.contains(document.activeElement)) old.replaceWith(document.adoptNode(now));
  }
  watching = false;
  watchForMore();
}

// A file that misses the drop zone must not replace the page.
for (const kind of ["dragover", "drop"]) window.addEventListener(kind, (event) => event.preventDefault());
document.querySelectorAll(".answer").forEach(connect);
watchForMore();
