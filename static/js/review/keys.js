// The keyboard. Never active while somebody types, in a dialog, or together with Ctrl, Alt or Meta.

const TYPING = "input:not([type=range], [type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog";
const OFF = "sightline-keys-off";

export function listen({ clock, player, timeline, moments, notes, tabs }) {
  const dialog = document.getElementById("keys");
  const letters = document.getElementById("letters");
  letters.checked = localStorage.getItem(OFF) !== "yes";
  letters.addEventListener("change", () => localStorage.setItem(OFF, letters.checked ? "no" : "yes"));
  document.getElementById("show-keys").addEventListener("click", () => dialog.showModal());
  const actions = {
    " ": () => player.toggle(),
    ArrowLeft: (event) => clock.seek(clock.ms - (event.shiftKey ? 1000 : 5000)),
    ArrowRight: (event) => clock.seek(clock.ms + (event.shiftKey ? 1000 : 5000)),
    "<": () => player.changeSpeed(-1),
    ">": () => player.changeSpeed(1),
    j: () => moments.step(1),
    k: () => moments.step(-1),
    c: () => moments.confirm(),
    x: () => moments.dismiss(),
    n: () => notes.write(),
    "/": () => search(tabs),
    z: () => player.toggleSkip(),
    "+": () => timeline.ready && timeline.zoom(0.5),
    "=": () => timeline.ready && timeline.zoom(0.5),
    "-": () => timeline.ready && timeline.zoom(2),
    0: () => timeline.ready && timeline.whole(),
    "]": () => document.getElementById("next-interview")?.click(),
    "?": () => dialog.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.matches(TYPING)) return event.target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TYPING)) return;
    // Space and Enter belong to whatever control has the focus.
    if (event.key === " " && event.target.closest("button, a, summary, [role=button]")) return;
    if (event.key.startsWith("Arrow") && event.target.matches("input[type=range]")) return;
    const action = actions[event.key];
    // Somebody who dictates can switch the single keys off (WCAG 2.1.4); space and arrows stay.
    if (!action || (!letters.checked && event.key.length === 1 && event.key !== " ")) return;
    event.preventDefault();
    action(event);
  });
}

function search(tabs) {
  const field = document.getElementById("find");
  if (!field) return;
  tabs.showNamed("transcript");
  field.focus();
  field.select();
}
