// Making one piece of a page into another while keeping all that is equal: what was selected, scrolled or has the focus
// stays so, and nothing flickers.

const KEPT_ATTRIBUTES = { DETAILS: "open" }; // the reader's own doing

function isSame(before, now) {
  if (before.nodeType !== now.nodeType || before.nodeName !== now.nodeName) return false;
  if (before.nodeType !== Node.ELEMENT_NODE) return true;
  return before.id === now.id && ["part", "form", "when"].every((name) => before.dataset?.[name] === now.dataset?.[name]);
}

function changeAttributes(before, now) {
  for (const { name } of [...before.attributes]) {
    if (!now.hasAttribute(name) && KEPT_ATTRIBUTES[before.nodeName] !== name) before.removeAttribute(name);
  }
  for (const { name, value } of now.attributes) {
    if (before.getAttribute(name) !== value && KEPT_ATTRIBUTES[before.nodeName] !== name) before.setAttribute(name, value);
  }
}

function changeText(before, now) {
  if (now.data.startsWith(before.data)) before.appendData(now.data.slice(before.data.length));
  else before.data = now.data;
}

/** Makes `before` equal to `now`; the node that then stands in its place. */
export function change(before, now) {
  if (before.isEqualNode(now)) return before;
  if (!isSame(before, now)) {
    before.replaceWith(now);
    return now;
  }
  if (before.nodeType !== Node.ELEMENT_NODE) {
    changeText(before, now);
    return before;
  }
  changeAttributes(before, now);
  changeAll([...before.childNodes], [...now.childNodes], before);
  return before;
}

/** Makes siblings, the last children of `parent`, into others; those that then stand there. */
export function changeAll(before, now, parent) {
  const there = now.map((node, place) => (before[place] ? change(before[place], node) : parent.appendChild(node)));
  for (const left of before.slice(now.length)) left.remove();
  return there;
}
