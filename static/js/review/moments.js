// Moments: the list, the chosen one, its "why" card, and the answer to it.
import { say } from "./spoken.js";

export class Moments {
  constructor(clock, { onChoose }) {
    this.clock = clock;
    this.onChoose = onChoose;
    this.list = document.getElementById("moments");
    this.card = document.getElementById("why");
    this.id = null;
    if (!this.card) return;
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[data-moment]");
      if (row) this.choose(row.dataset.moment);
    });
    // Nobody answers a moment by the buttons of the one before it.
    this.card.addEventListener("click", (event) => this.stale && (event.preventDefault(), event.stopPropagation()), true);
    // A refusal (422) comes as the same card with its sentence, so it is shown like any other answer.
    document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
      if (detail.target === this.card) this.held = this.card.contains(document.activeElement);
      if (detail.xhr.status === 422) [detail.shouldSwap, detail.isError] = [true, false];
    });
    document.body.addEventListener("htmx:afterSettle", ({ detail }) => {
      if (detail.target === this.card) this.settled();
    });
    this.choose(this.card.dataset.first, { seek: false });
  }

  /** True while the card is still of the moment that was chosen before. */
  get stale() {
    return this.shown !== this.id;
  }

  rows() {
    return this.list ? [...this.list.querySelectorAll("[data-moment]")] : [];
  }

  row(id) {
    return this.rows().find((row) => row.dataset.moment === id);
  }

  /** Choose a moment: the card explains it, and unless told otherwise the clock goes to it. */
  async choose(id, { seek = true } = {}) {
    const row = this.row(id);
    if (!row) return;
    this.id = id;
    for (const other of this.rows()) {
      other.parentElement.classList.toggle("current", other === row);
      if (other === row) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    }
    row.scrollIntoView({ block: "nearest" });
    const [start, end] = [Number(row.dataset.start), Number(row.dataset.end)];
    this.onChoose(start, end);
    if (seek) this.clock.seek(start);
    this.explained = this.explain(id, row.dataset.card, seek);
    await this.explained;
  }

  async explain(id, address, aloud) {
    this.card.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(address, { credentials: "same-origin" });
      if (!response.ok) throw new Error(`moment: ${response.status}`);
      const html = await response.text();
      if (id !== this.id) return;
      const held = this.card.contains(document.activeElement);
      this.card.innerHTML = html;
      this.shown = id;
      if (held) this.card.focus({ preventScroll: true });
      window.htmx?.process(this.card);
      if (aloud) say(this.text("h2"), this.text(".place"), this.text("p"), this.text(".given"));
    } catch (error) {
      console.error(error);
      if (id === this.id) this.card.textContent = this.card.dataset.problem;
    } finally {
      if (id === this.id) this.card.removeAttribute("aria-busy");
    }
  }

  text(selector) {
    return this.card.querySelector(selector)?.textContent.trim();
  }

  /** After an answer: say it, and keep the keyboard where it was useful. */
  settled() {
    say(this.text(".given"), document.getElementById("seen")?.textContent);
    if (this.card.querySelector("#verdict-problem")) document.getElementById("reason")?.focus();
    else if (this.held) this.card.focus({ preventScroll: true }); // not the button: space would take the answer back
  }

  step(by) {
    const rows = this.rows();
    if (!rows.length) return;
    const place = rows.findIndex((row) => row.dataset.moment === this.id);
    const next = rows[Math.min(Math.max(place + by, 0), rows.length - 1)];
    this.choose(next.dataset.moment);
  }

  /** A control of the chosen moment's card: never of the card before it, which stays until the next one comes. */
  async control(selector) {
    await this.explained;
    return this.stale ? null : this.card?.querySelector(selector);
  }

  async confirm() {
    (await this.control("button[value=confirmed]"))?.click();
  }

  async dismiss() {
    (await this.control("#reason"))?.focus();
  }
}
