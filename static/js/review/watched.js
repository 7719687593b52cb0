// Tells the server once that this answer was watched to the end, or all of its transcript was read: that is what counts
// as reviewed, whether or not anything is marked or written.

const WATCHED_SHARE = 0.9; // of the length, each part counted once; skipped silences are no part of it
const READING_WORDS_A_S = 12; // twice as fast as anybody reads: faster is scrolling
const LOOK_EVERY_MS = 1000;

export class Watched {
  constructor({ watched, csrf }, player, { words }) {
    this.address = watched;
    this.csrf = csrf;
    this.player = player;
    this.words = words.length;
    this.pane = document.getElementById("pane-transcript");
    this.read_s = 0;
    this.reachedEnd = this.isInUse = false;
    // A page that only stands open was read by nobody.
    for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
      this.pane?.addEventListener(kind, () => (this.isInUse = true), { passive: true });
    }
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  look() {
    if (document.hidden) return;
    if (this.isWatched() || this.isRead()) this.tell();
  }

  isWatched() {
    const { video, skipping, skipped_s } = this.player;
    if (!video?.duration) return false;
    let seen_s = 0;
    for (let i = 0; i < video.played.length; i += 1) seen_s += video.played.end(i) - video.played.start(i);
    return seen_s > 0 && seen_s >= WATCHED_SHARE * (video.duration - (skipping ? skipped_s : 0));
  }

  /** The transcript was on screen for as long as reading takes, and was scrolled to its end. */
  isRead() {
    if (!this.isInUse || !this.words || this.pane.hidden) return false;
    this.read_s += LOOK_EVERY_MS / 1000;
    const left = this.pane.scrollHeight - this.pane.scrollTop - this.pane.clientHeight;
    this.reachedEnd ||= left < 40;
    return this.reachedEnd && this.read_s >= this.words / READING_WORDS_A_S + 3;
  }

  async tell() {
    clearInterval(this.timer);
    try {
      const headers = { "X-CSRFToken": this.csrf };
      const answer = await fetch(this.address, { method: "POST", headers, credentials: "same-origin", keepalive: true });
      if (!answer.ok) throw new Error(`watched: ${answer.status}`);
    } catch (error) {
      console.error(error);
      this.timer = setInterval(() => this.look(), 30 * LOOK_EVERY_MS);
    }
  }
}
