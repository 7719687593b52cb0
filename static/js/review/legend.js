// Which lines and lanes are shown. Lines are hidden in the browser; a hidden lane gives its room to the others, so
// the server draws the figure again. The choice is kept in this browser.
const KEY = "sightline-timeline-hidden";

export class Legend {
  constructor(onLanes, onLines) {
    this.hidden = new Set(JSON.parse(localStorage.getItem(KEY) || "[]"));
    this.buttons = [...document.querySelectorAll(".legend button")];
    for (const button of this.buttons) {
      button.setAttribute("aria-pressed", !this.hidden.has(this.name(button)));
      button.addEventListener("click", () => {
        this.toggle(button);
        if (button.dataset.series) onLines();
        else onLanes();
      });
    }
  }

  name(button) {
    return button.dataset.series || `lane:${button.dataset.lane}`;
  }

  toggle(button) {
    const name = this.name(button);
    if (!this.hidden.delete(name)) this.hidden.add(name);
    button.setAttribute("aria-pressed", !this.hidden.has(name));
    localStorage.setItem(KEY, JSON.stringify([...this.hidden]));
  }

  hiddenLanes() {
    return this.buttons.map((b) => b.dataset.lane).filter((lane) => lane && this.hidden.has(`lane:${lane}`));
  }

  /** Set the visibility of each trace of a figure. */
  apply(traces) {
    for (const trace of traces) {
      if (trace.meta?.lane === "expression") trace.visible = !this.hidden.has(trace.meta.series);
    }
  }
}
