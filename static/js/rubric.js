// "Add a point" for each question, up to the most that a question may have. Without this script two empty rows are shown.

for (const card of document.querySelectorAll("[data-points]")) {
  const button = card.querySelector("[data-add]");
  const total = card.querySelector(`[name="${card.dataset.points}-TOTAL_FORMS"]`);
  const rows = () => card.querySelectorAll(".point").length;
  const show = () => (button.hidden = rows() >= Number(card.dataset.most));
  show();
  button.addEventListener("click", () => {
    const number = Number(total.value);
    const row = card.querySelector("template").content.cloneNode(true);
    for (const element of row.querySelectorAll("[name], [id], [for]")) {
      for (const name of ["name", "id", "for"]) {
        const value = element.getAttribute(name);
        if (value) element.setAttribute(name, value.replace("__prefix__", number));
      }
    }
    total.value = number + 1;
    const field = row.querySelector("input, textarea");
    button.parentElement.before(row);
    show();
    field.focus();
  });
}
