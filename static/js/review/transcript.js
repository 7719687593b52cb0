// The words: the current one is lit, a click goes there, arrow keys walk, and a search marks its hits.
// Five thousand spans carry no handlers and no attributes: their times come as one list, in the same order.

const RESTS_MS = 5000; // after somebody scrolls by hand, following waits this long

export class Transcript {
  constructor(clock, times) {
    this.clock = clock;
    this.times = times;
    this.box = document.getElementById("transcript");
    this.current = -1;
    this.scrolledAt = -Infinity;
    if (!this.box) return;
    this.pane = document.getElementById("pane-transcript");
    this.words = [...this.box.querySelectorAll(".words > span")];
    this.order = new Map(this.words.map((word, index) => [word, index]));
    this.roving = this.words[0];
    this.rove(0, false);
    this.box.addEventListener("click", (event) => this.clicked(event.target));
    this.box.addEventListener("keydown", (event) => this.key(event));
    for (const kind of ["wheel", "touchmove", "pointerdown"]) {
      this.pane.addEventListener(kind, () => (this.scrolledAt = performance.now()), { passive: true });
    }
    clock.watch((ms) => this.light(ms));
  }

  /** Index of the word that is spoken at `ms`, or was spoken last; -1 before the first. */
  at(ms) {
    let [low, high] = [0, this.times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle][0] <= ms) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  light(ms) {
    let index = this.at(ms);
    if (index >= 0 && ms > this.times[index][1] + 400) index = -1;
    if (index === this.current) return;
    this.words[this.current]?.classList.remove("now");
    this.words[index]?.classList.add("now");
    this.current = index;
    if (index >= 0) this.follow(this.words[index]);
  }

  follow(word) {
    if (this.pane.hidden || performance.now() - this.scrolledAt < RESTS_MS) return;
    const [box, place] = [this.pane.getBoundingClientRect(), word.getBoundingClientRect()];
    if (place.top < box.top + 20 || place.bottom > box.bottom - 20) this.show(word);
  }

  show(word) {
    const [box, place] = [this.pane.getBoundingClientRect(), word.getBoundingClientRect()];
    this.pane.scrollTop += place.top - box.top - box.height / 3;
  }

  clicked(target) {
    const index = this.order.get(target);
    if (index === undefined) return;
    this.rove(index, false);
    this.clock.seek(this.times[index][0]);
  }

  rove(index, focus = true) {
    const word = this.words[index];
    if (!word) return;
    this.roving.removeAttribute("tabindex");
    this.roving.removeAttribute("role");
    word.tabIndex = 0;
    word.setAttribute("role", "button");
    this.roving = word;
    if (focus) word.focus();
  }

  key(event) {
    const index = this.order.get(event.target);
    if (index === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) this.rove(index + step);
    else if (event.key === "Enter") this.clock.seek(this.times[index][0]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Underline the words of a span of time: those of the chosen moment. */
  mark(startMs, endMs) {
    if (!this.box) return;
    for (const word of this.marked || []) word.classList.remove("marked");
    const first = Math.max(0, this.at(startMs));
    this.marked = this.words.filter(
      (_word, i) => i >= first && i < first + 400 && this.times[i][0] < endMs && this.times[i][1] > startMs,
    );
    for (const word of this.marked) word.classList.add("marked");
  }
}

export class Search {
  /** onHits is told of the times of all hits, for the timeline. */
  constructor(transcript, onHits) {
    this.transcript = transcript;
    this.onHits = onHits;
    this.field = document.getElementById("find");
    this.hits = [];
    this.place = -1;
    if (!this.field) return;
    this.texts = transcript.words.map((word) => word.textContent.toLowerCase());
    this.corrections = [...transcript.box.querySelectorAll(".correction")].map((element) => ({
      element,
      text: element.textContent.toLowerCase(),
      index: transcript.order.get(element.parentElement.querySelector(":scope > span")),
    }));
    this.status = document.getElementById("found");
    this.field.addEventListener("input", () => this.find());
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.go(this.visited ? (event.shiftKey ? -1 : 1) : 0);
      this.visited = true;
    });
    document.querySelector(".topics")?.addEventListener("click", (event) => {
      const wanted = event.target.closest("[data-find]")?.dataset.find;
      if (wanted) this.look(wanted);
    });
  }

  look(wanted) {
    this.field.value = wanted;
    this.find();
    this.field.focus();
  }

  /** Every start of the wanted words, which must follow each other, and every correction that has them. */
  find() {
    for (const element of this.lit || []) element.classList.remove("hit", "current-hit");
    const wanted = this.field.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const words = this.transcript.words;
    this.hits = [];
    if (wanted.length) {
      this.texts.forEach((_text, i) => {
        if (wanted.every((part, k) => this.texts[i + k]?.includes(part))) {
          this.hits.push({ index: i, elements: wanted.map((_part, k) => words[i + k]) });
        }
      });
      for (const { element, text, index } of this.corrections) {
        if (text.includes(wanted.join(" "))) this.hits.push({ index, elements: [element] });
      }
      this.hits.sort((one, other) => one.index - other.index);
    }
    this.lit = this.hits.flatMap((hit) => hit.elements);
    for (const element of this.lit) element.classList.add("hit");
    this.place = -1;
    this.visited = false;
    this.status.textContent = wanted.length ? String(this.hits.length || this.status.dataset.none) : "";
    this.onHits(this.hits.map((hit) => this.transcript.times[hit.index][0]));
    if (this.hits.length) this.go(1, false);
  }

  go(step, seek = true) {
    if (!this.hits.length) return;
    this.hits[this.place]?.elements[0].classList.remove("current-hit");
    this.place = (this.place + step + this.hits.length) % this.hits.length;
    const { index, elements } = this.hits[this.place];
    elements[0].classList.add("current-hit");
    this.transcript.show(elements[0]);
    this.status.textContent = `${this.place + 1}/${this.hits.length}`;
    if (seek) this.transcript.clock.seek(this.transcript.times[index][0]);
  }
}
