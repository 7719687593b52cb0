// Announces once what changed: the fragment itself is replaced every two seconds and must not be a live region.
const spoken = document.getElementById("status-spoken");
let last = document.getElementById("status")?.dataset.summary;

document.body.addEventListener("htmx:afterSwap", () => {
  const now = document.getElementById("status")?.dataset.summary;
  if (now && now !== last) spoken.textContent = last = now;
});
