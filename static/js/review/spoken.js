// One live region: what a key changed elsewhere on the page is said to a screen reader, once.
export function say(...parts) {
  const text = parts.filter(Boolean).map((part) => part.trim().replace(/\.$/, "")).join(". ").replace(/\s+/g, " ");
  if (text) document.getElementById("spoken").textContent = text;
}
