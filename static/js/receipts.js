// Receipts and certificates: the reader's own time beside UTC, and a print button. Both are extras.
for (const place of document.querySelectorAll("[data-local-time]")) {
  const at = new Date(place.dataset.localTime);
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeStyle: "long" });
  place.textContent = format.format(at);
  place.hidden = place.previousElementSibling.hidden = false;
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
