// Single keys: what carries data-keys is clicked by its key. They do nothing while somebody types, with modifiers, or
// when switched off in the help (WCAG 2.1.4), and an arrow never takes scrolling away from what can scroll.

const REMEMBERED_AS = "preferendum.keys";
const TEXT_FIELDS = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])";
const ARROWS = { ArrowUp: "vertical", ArrowDown: "vertical", ArrowLeft: "horizontal", ArrowRight: "horizontal" };

const help = () => document.getElementById("help");
let isOn = localStorage.getItem(REMEMBERED_AS) !== "off";

// Tells what is printed and what screen readers announce.
function apply() {
  document.documentElement.toggleAttribute("data-keys-on", isOn);
  for (const control of document.querySelectorAll("[data-keys]")) {
    if (isOn) control.setAttribute("aria-keyshortcuts", control.dataset.keys);
    else control.removeAttribute("aria-keyshortcuts");
  }
  const box = document.querySelector("[data-keys-switch]");
  if (box) box.checked = isOn;
}

function canScroll(element, axis) {
  const { overflowX, overflowY } = getComputedStyle(element);
  const isPage = element === document.scrollingElement;
  if (axis === "vertical") return element.scrollHeight > element.clientHeight && (isPage || /auto|scroll/.test(overflowY));
  return element.scrollWidth > element.clientWidth && (isPage || /auto|scroll/.test(overflowX));
}

function belongsToFocus(target, key) {
  if (target.closest(TEXT_FIELDS)) return true;
  if (key === "Enter") return target.closest("a[href], button, summary, input") !== null;
  if (!(key in ARROWS)) return false;
  if (target.closest("input")) return true;
  for (let element = target; element; element = element.parentElement) {
    if (canScroll(element, ARROWS[key])) return true;
  }
  return false;
}

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (!isOn || event.defaultPrevented || event.repeat || event.isComposing) return;
  if (event.ctrlKey || event.metaKey || event.altKey || (event.shiftKey && key !== "?")) return;
  if (help()?.open || !(target instanceof Element) || belongsToFocus(target, key)) return;
  const wanted = key.length === 1 ? key.toUpperCase() : key;
  const controls = [...document.querySelectorAll("[data-keys]")];
  const control = controls.find((one) => one.dataset.keys.split(" ").includes(wanted) && one.getClientRects().length > 0);
  if (!control) return;
  event.preventDefault();
  control.click();
  if (control.matches("details[open] > summary")) control.parentElement.querySelector("input")?.focus();
});

// Escape closes the remark, as it closes the help.
document.addEventListener("keydown", (event) => {
  const details = event.key === "Escape" && event.target.closest("details.flag[open]");
  if (!details) return;
  details.open = false;
  details.querySelector("summary").focus();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-help]") || !help()?.showModal || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  help().showModal();
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-keys-switch]")) return;
  isOn = event.target.checked;
  localStorage.setItem(REMEMBERED_AS, isOn ? "on" : "off");
  apply();
});

document.addEventListener("battle:shown", apply);
apply();
