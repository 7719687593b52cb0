// A moment or a line of the transcript moves the player. Without this the same links open the video at that time.
const video = document.getElementById("video");

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-seek-ms]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  video.currentTime = Number(link.dataset.seekMs) / 1000;
  video.play().catch(() => {}); // a browser that refuses to play still shows the picture
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  video.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
});
