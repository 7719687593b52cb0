// A note belongs to the time at which its writing began.
import { clockText } from "./clock.js";
import { say } from "./spoken.js";

export class Notes {
  constructor(clock, tabs) {
    this.clock = clock;
    this.tabs = tabs;
    this.pane = document.getElementById("pane-notes");
    this.pane.addEventListener("focusin", (event) => event.target.id === "note-text" && this.hold());
    clock.watch(() => this.writing() || this.stamp());
    document.body.addEventListener("htmx:afterSwap", () => {
      const notes = document.getElementById("notes");
      document.getElementById("note-count").textContent = notes.dataset.count;
      if (!this.writing()) this.stamp();
    });
    document.body.addEventListener("htmx:afterSettle", ({ detail }) => detail.target.id === "notes" && this.settled());
    // A finished analysis reloads the page; a note that is being written is worth waiting for.
    document.body.addEventListener("htmx:beforeOnLoad", (event) => {
      if (event.detail.xhr.getResponseHeader("HX-Refresh") && this.writing()) event.preventDefault();
    });
  }

  /** After a note was kept, refused or deleted: say it, and keep the keyboard here. */
  settled() {
    const problem = document.getElementById("note-problem");
    if (!problem) say(document.getElementById("tab-notes").textContent);
    if (problem) document.getElementById("note-text").focus();
    else if (document.activeElement === document.body) document.getElementById("note-keep").focus();
  }

  writing() {
    const field = document.getElementById("note-text");
    return field.value.trim() !== "" || document.activeElement === field;
  }

  hold() {
    if (document.getElementById("note-text").value.trim() === "") this.stamp();
  }

  stamp() {
    const ms = Math.round(this.clock.ms);
    document.getElementById("note-at").value = ms;
    const [place, text] = [document.getElementById("note-time"), clockText(ms)];
    if (place.textContent !== text) place.textContent = text;
  }

  write() {
    this.tabs.showNamed("notes");
    document.getElementById("note-text").focus();
  }
}
