// Puts the review page together: everything hangs on one clock.
import { Clock } from "./clock.js";
import { listen } from "./keys.js";
import { Moments } from "./moments.js";
import { Notes } from "./notes.js";
import { Player } from "./player.js";
import { Tabs } from "./tabs.js";
import { Timeline } from "./timeline.js";
import { Search, Transcript } from "./transcript.js";
import { Watched } from "./watched.js";

const root = document.getElementById("review");
const times = JSON.parse(document.getElementById("transcript-times").textContent);
const clock = new Clock(Number(root.dataset.durationMs));
const tabs = new Tabs();
const player = new Player(clock, times.silences);
const transcript = new Transcript(clock, times.words);
new Search(transcript, (times) => timeline.mark(times));
const notes = new Notes(clock, tabs);
const timeline = new Timeline(clock, root, (id) => moments.choose(id));
const moments = new Moments(clock, {
  onChoose(startMs, endMs) {
    timeline.select(startMs, endMs);
    transcript.mark(startMs, endMs);
  },
});
new Watched(root.dataset, player, times);
listen({ clock, player, timeline, moments, notes, tabs });

document.addEventListener("click", (event) => {
  const { seek, clip, note } = event.target.closest("[data-seek], [data-clip], [data-note]")?.dataset ?? {};
  if (seek !== undefined) clock.seek(Number(seek));
  if (clip !== undefined) player.clip(...clip.split(",").map(Number));
  if (note !== undefined) notes.write();
});

// Plotly comes last: video and words are on screen and usable before it.
requestAnimationFrame(() => setTimeout(() => timeline.start()));
