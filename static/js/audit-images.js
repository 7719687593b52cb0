// Sends a ZIP of images as the body of one request, and reloads the page once it is there.
const field = document.getElementById("archive");
const bar = document.getElementById("archive-progress");
const problem = document.getElementById("archive-problem");
const { address, csrf, limitMb, tooLarge, failed } = field.dataset;

function complain(sentence) {
  problem.textContent = sentence;
  problem.hidden = !sentence;
  bar.hidden = true;
  field.disabled = false;
}

function send(file) {
  const request = new XMLHttpRequest();
  request.open("POST", address);
  request.setRequestHeader("Content-Type", "application/zip");
  request.setRequestHeader("X-CSRFToken", csrf);
  request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
  request.upload.addEventListener("progress", (event) => (bar.value = (100 * event.loaded) / event.total));
  request.addEventListener("error", () => complain(failed));
  request.addEventListener("load", () => {
    if (request.status === 201) return window.location.reload();
    let sentence = failed;
    try {
      sentence = JSON.parse(request.responseText).sentence || failed;
    } catch {
      // ignore a proxy's page, which is not ours
    }
    complain(sentence);
  });
  request.send(file);
}

field.addEventListener("change", () => {
  const file = field.files[0];
  if (!file) return;
  complain(file.size > Number(limitMb) * 1024 * 1024 ? tooLarge : "");
  if (!problem.hidden) return;
  [bar.hidden, bar.value, field.disabled] = [false, 0, true];
  send(file);
});
