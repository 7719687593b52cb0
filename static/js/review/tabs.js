// Tabs as the ARIA practices have them: one Tab stop, arrow keys between them.

export class Tabs {
  constructor() {
    this.tabs = [...document.querySelectorAll("[role=tab]")];
    for (const tab of this.tabs) {
      tab.addEventListener("click", () => this.show(tab));
      tab.addEventListener("keydown", (event) => this.key(event, tab));
    }
  }

  show(tab) {
    for (const other of this.tabs) {
      const chosen = other === tab;
      other.setAttribute("aria-selected", chosen);
      other.tabIndex = chosen ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
    }
  }

  showNamed(name) {
    const tab = document.getElementById(`tab-${name}`);
    if (tab) this.show(tab);
  }

  key(event, tab) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const next = this.tabs[(this.tabs.indexOf(tab) + step + this.tabs.length) % this.tabs.length];
    this.show(next);
    next.focus();
  }
}
