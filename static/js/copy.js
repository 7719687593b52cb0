// Copies the text of a field. If the clipboard is not available, the text is selected, ready for Ctrl+C.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      document.getElementById("copied").textContent = button.dataset.done;
    } catch {
      field.focus();
    }
  });
}
