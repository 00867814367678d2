// Keeps the board up to date: asks for its own address again and takes the answer in when it has changed. The server
// answers "not modified" after one cheap query. Without scripts, reloading the page does the same.

const EVERY_MILLISECONDS = 2000;
const AT_MOST_MILLISECONDS = 60_000;
const BETWEEN_ANNOUNCEMENTS_MILLISECONDS = 15_000;

let wait = EVERY_MILLISECONDS;
let timer;
let announcedAt = -Infinity;

function schedule() {
  clearTimeout(timer);
  // Nobody looks at a hidden page: it waits until it is shown again.
  if (!document.hidden) timer = setTimeout(refresh, wait);
}

async function refresh() {
  const board = document.getElementById("board");
  if (!board) return;
  try {
    const response = await fetch(location.href, {
      headers: { Accept: "text/html", "If-None-Match": board.dataset.etag },
      cache: "no-store",
    });
    if (response.ok) takeIn(board, await response.text());
    wait = response.ok || response.status === 304 ? EVERY_MILLISECONDS : longer();
  } catch {
    wait = longer();
  }
  schedule();
}

function longer() {
  return Math.min(2 * wait, AT_MOST_MILLISECONDS);
}

function takeIn(board, text) {
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("board");
  if (!fresh || fresh.dataset.etag === board.dataset.etag || isBeingCopied(board)) return;
  for (const details of fresh.querySelectorAll("details[id]")) {
    details.open = document.getElementById(details.id)?.open ?? false;
  }
  const scrolled = scrollPositions(board);
  const focus = rememberFocus(board);
  const place = [scrollX, scrollY];
  const before = board.dataset.votes;
  board.replaceWith(fresh);
  restoreScroll(fresh, scrolled);
  focus(fresh);
  scrollTo(...place);
  announce(before, fresh.dataset.votes);
}

// What somebody has marked must not vanish under the mouse; the next answer brings the change again.
function isBeingCopied(board) {
  const selection = getSelection();
  return !selection.isCollapsed && board.contains(selection.anchorNode);
}

function scrollPositions(board) {
  return [...board.querySelectorAll(".scroll")].map((area) => [area.getAttribute("aria-label"), area.scrollLeft]);
}

function restoreScroll(board, positions) {
  for (const [label, left] of positions) {
    const area = board.querySelector(`.scroll[aria-label="${label}"]`);
    if (area) area.scrollLeft = left;
  }
}

// The element that has the focus is found again by its id, or else by its place among those that can have it.
function rememberFocus(board) {
  const active = document.activeElement;
  if (!active || !board.contains(active)) return () => {};
  const focusable = "a[href], button, input, summary, [tabindex]";
  const place = [...board.querySelectorAll(focusable)].indexOf(active);
  const address = active.getAttribute("href");
  const { value, selectionStart, selectionEnd } = active;
  return (fresh) => {
    const candidates = [...fresh.querySelectorAll(focusable)];
    const same = candidates[place]?.getAttribute("href") === address ? candidates[place] : null;
    const found =
      (active.id && document.getElementById(active.id)) ||
      same ||
      candidates.find((candidate) => address && candidate.getAttribute("href") === address);
    if (!found) return;
    if (found.matches("input[type=search]")) {
      found.value = value;
      found.setSelectionRange(selectionStart, selectionEnd);
    }
    found.focus({ preventScroll: true });
  };
}

// Votes come faster than anybody wants to hear of them.
function announce(before, votes) {
  const now = performance.now();
  if (!votes || votes === before || now - announcedAt < BETWEEN_ANNOUNCEMENTS_MILLISECONDS) return;
  announcedAt = now;
  document.getElementById("board-status").textContent = `Leaderboard updated: ${votes}`;
}

// A link to an explanation opens it.
function openTarget() {
  const target = document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
}

function soon() {
  wait = EVERY_MILLISECONDS;
  clearTimeout(timer);
  if (!document.hidden) refresh();
}

addEventListener("hashchange", openTarget);
document.addEventListener("visibilitychange", soon);
addEventListener("online", soon);
openTarget();
schedule();
