// The one clock. The player sets it; words, plot and moments ask it to go somewhere and are told where it is.
export class Clock {
  constructor(durationMs) {
    this.durationMs = durationMs;
    this.ms = 0;
    this.watchers = new Set();
    this.mover = (ms) => this.tell(ms);
  }

  /** Call `watcher(ms)` whenever the time changes. */
  watch(watcher) {
    this.watchers.add(watcher);
  }

  /** Somebody wants to be at `ms`: the player goes there, and everybody is told at once. */
  seek(ms) {
    const inside = Math.min(Math.max(0, Math.round(ms)), this.durationMs || Infinity);
    this.mover(inside);
    this.tell(inside);
  }

  /** It is `ms` now. */
  tell(ms) {
    this.ms = ms;
    for (const watcher of this.watchers) watcher(ms);
  }
}

/** 03:07, or 1:03:07. */
export function clockText(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n) => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}

/** 03:07.4, or 1:03:07.4. */
export function clockTenths(ms) {
  return `${clockText(ms)}.${Math.floor((Math.max(0, ms) % 1000) / 100)}`;
}
