// Comfort while reading: copying an answer, and scrolling both in step.

const REMEMBERED_AS = "preferendum.linked";
const COPIED_MILLISECONDS = 2000;

const expected = new WeakMap(); // where our own scrolling put an answer, so that it is not taken for the reader's
let isLinked = localStorage.getItem(REMEMBERED_AS) === "on";

const sides = () => [...document.querySelectorAll(".side-body")];

function apply() {
  for (const button of document.querySelectorAll("[data-linked]")) {
    button.hidden = false;
    button.ariaPressed = String(isLinked);
  }
  // The clipboard belongs to secure pages; elsewhere the button would only disappoint.
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
}

function follow(scrolled) {
  if (!isLinked || Math.abs(scrolled.scrollTop - (expected.get(scrolled) ?? -2)) < 2) return;
  const share = scrolled.scrollTop / Math.max(1, scrolled.scrollHeight - scrolled.clientHeight);
  for (const other of sides()) {
    if (other === scrolled) continue;
    other.scrollTop = share * (other.scrollHeight - other.clientHeight);
    expected.set(other, other.scrollTop);
  }
  expected.delete(scrolled);
}

async function copy(button) {
  const words = button.firstChild;
  try {
    await navigator.clipboard.writeText(document.querySelector(`[data-part="${button.dataset.copy}"]`).innerText);
    words.data = "Copied";
  } catch {
    words.data = "Not copied";
  }
  setTimeout(() => {
    words.data = "Copy";
  }, COPIED_MILLISECONDS);
}

function toggleLinked() {
  isLinked = !isLinked;
  localStorage.setItem(REMEMBERED_AS, isLinked ? "on" : "off");
  apply();
}

document.addEventListener("click", (event) => {
  const copying = event.target.closest("[data-copy]");
  if (copying) copy(copying);
  else if (event.target.closest("[data-linked]")) toggleLinked();
});

document.addEventListener(
  "scroll",
  (event) => {
    if (event.target instanceof Element && event.target.matches(".side-body")) follow(event.target);
  },
  { capture: true, passive: true },
);

document.addEventListener("battle:shown", apply);
apply();
