// Copies what an element says: <button data-copy-from="its id" hidden>. Only secure pages have the clipboard; elsewhere
// the button stays hidden.

const COPIED_MILLISECONDS = 2000;

async function copy(button) {
  const words = button.firstChild;
  try {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copyFrom).innerText);
    words.data = "Copied";
  } catch {
    words.data = "Not copied";
  }
  setTimeout(() => {
    words.data = "Copy";
  }, COPIED_MILLISECONDS);
}

if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy-from]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}
