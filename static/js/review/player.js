// The video and its controls. Its frames drive the clock; without a video the clock still moves by hand.
import { clockText } from "./clock.js";
import { say } from "./spoken.js";

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];
const BEFORE_SPEECH_MS = 250;

export class Player {
  constructor(clock, silences) {
    this.clock = clock;
    this.silences = silences.filter(([start, end]) => end - start > 1500);
    this.skipped_s = this.silences.reduce((sum, [start, end]) => sum + (end - start - BEFORE_SPEECH_MS - 400) / 1000, 0);
    this.video = document.getElementById("video");
    this.skipping = false;
    this.stopAtMs = null;
    if (this.video) this.connect();
  }

  connect() {
    const { video, clock } = this;
    video.controls = false;
    document.getElementById("controls").hidden = false;
    this.now = document.getElementById("now");
    this.bar = document.getElementById("seek");
    this.total();
    clock.mover = (ms) => {
      this.stopAtMs = null;
      video.currentTime = ms / 1000;
    };
    clock.watch((ms) => this.show(ms));
    video.addEventListener("loadedmetadata", () => this.total());
    video.addEventListener("play", () => this.playing(true));
    video.addEventListener("pause", () => this.playing(false));
    video.addEventListener("ended", () => this.playing(false));
    video.addEventListener("timeupdate", () => this.reached(video.currentTime * 1000));
    video.addEventListener("error", () => this.broken(), true);
    video.querySelector("source").addEventListener("error", () => this.broken());
    video.addEventListener("click", () => this.toggle());
    this.bar.addEventListener("input", () => clock.seek(Number(this.bar.value)));
    document.getElementById("controls").addEventListener("click", (event) => this.pressed(event));
    if (video.requestVideoFrameCallback) {
      const frame = (_now, { mediaTime }) => {
        if (!video.paused) this.reached(mediaTime * 1000);
        video.requestVideoFrameCallback(frame);
      };
      video.requestVideoFrameCallback(frame);
    }
  }

  broken() {
    document.getElementById("video-problem").hidden = false;
  }

  total() {
    const seconds = Number.isFinite(this.video.duration) ? this.video.duration * 1000 : this.clock.durationMs;
    if (!this.clock.durationMs) this.bar.max = this.clock.durationMs = Math.round(seconds);
    document.getElementById("total").textContent = clockText(this.clock.durationMs);
  }

  /** The picture shows `ms`: skip a silence, stop at a clip's end, or tell everybody. */
  reached(ms) {
    if (this.video.seeking) return;
    if (this.stopAtMs !== null && ms >= this.stopAtMs) {
      this.stopAtMs = null;
      this.video.pause();
    }
    if (this.skipping && !this.video.paused) {
      const silence = this.silences.find(([start, end]) => ms > start + 400 && ms < end - BEFORE_SPEECH_MS - 100);
      if (silence) return this.clock.seek(silence[1] - BEFORE_SPEECH_MS);
    }
    this.clock.tell(ms);
  }

  show(ms) {
    const text = clockText(ms);
    if (this.now.textContent !== text) {
      this.now.textContent = text;
      this.bar.setAttribute("aria-valuetext", text);
    }
    this.bar.value = ms;
  }

  playing(is) {
    document.getElementById("stage").classList.toggle("playing", is);
    const button = this.button("play");
    button.setAttribute("aria-label", is ? button.dataset.pause : button.dataset.play);
  }

  button(name) {
    return document.querySelector(`#controls [data-do=${name}]`);
  }

  pressed(event) {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    const actions = {
      play: () => this.toggle(),
      speed: () => this.nextSpeed(),
      skip: () => this.toggleSkip(),
      captions: () => this.toggleCaptions(),
      mute: () => this.toggleMute(),
      fullscreen: () => this.fullscreen(),
    };
    actions[button.dataset.do]();
  }

  toggle() {
    if (!this.video) return;
    if (this.video.paused) this.video.play().catch(() => {});
    else this.video.pause();
  }

  /** Play from a little before `start` to a little after `end`, then stop. */
  clip(startMs, endMs) {
    if (!this.video) return this.clock.seek(startMs);
    this.clock.seek(startMs - 1500);
    this.stopAtMs = endMs + 1500;
    this.video.play().catch(() => {});
  }

  nextSpeed() {
    this.setSpeed(SPEEDS[(SPEEDS.indexOf(this.video.playbackRate) + 1) % SPEEDS.length]);
  }

  changeSpeed(step) {
    if (!this.video) return;
    const place = SPEEDS.indexOf(this.video.playbackRate) + step;
    this.setSpeed(SPEEDS[Math.min(Math.max(place, 0), SPEEDS.length - 1)]);
  }

  setSpeed(rate) {
    this.video.playbackRate = rate;
    document.getElementById("speed").textContent = `${rate}×`;
    say(this.button("speed").textContent);
  }

  toggleSkip() {
    const button = this.video && this.button("skip");
    if (!button) return;
    this.skipping = !this.skipping;
    button.setAttribute("aria-pressed", this.skipping);
    say(this.skipping ? button.dataset.on : button.dataset.off);
  }

  toggleCaptions() {
    const track = this.video.textTracks[0];
    track.mode = track.mode === "showing" ? "hidden" : "showing";
    this.button("captions").setAttribute("aria-pressed", track.mode === "showing");
  }

  toggleMute() {
    this.video.muted = !this.video.muted;
    this.button("mute").setAttribute("aria-pressed", this.video.muted);
  }

  fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.getElementById("stage").requestFullscreen?.();
  }
}
