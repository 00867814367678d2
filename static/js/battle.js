// Voting without leaving the page: the forms of templates/votes/battle.html work without this; with it a vote shows the
// names in place, the next battle is fetched at once, and a vote that cannot be sent is kept and sent again.
//
// The page is the state: <article id="battle"> carries data-state, and every element with data-when is shown in the
// states that it lists.

const RETRY_FIRST_MILLISECONDS = 1000;
const RETRY_MOST_MILLISECONDS = 30_000;
const PATIENCE_MILLISECONDS = 15_000;
const DOUBLE_CLICK_MILLISECONDS = 400;
const KEPT_PREFIX = "preferendum.vote.";
const KEPT_DAYS = 7;

let busy = false;
let byPointer = false;
let changedAt = -Infinity;
let coming = null; // the next battle's page: a promise of a Document, of "none" where nothing is left, or of null
let countdown;
let sendNow = () => {};

const battle = () => document.getElementById("battle");
const part = (name) => battle().querySelector(`[data-part="${name}"]`);
const form = (name) => battle().querySelector(`[data-form="${name}"]`);
const state = () => battle().dataset.state;
const address = (what) => `/api/battles/${battle().dataset.battle}/${what}`;

// Asking

// {status, body}; status 0 where no answer came. 5xx, 429 and 0 may be asked again.
async function ask(method, url, body) {
  try {
    const response = await fetch(url, {
      method,
      headers: { Accept: "application/json", ...(body && { "Content-Type": "application/json" }) },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : null };
  } catch {
    return { status: 0, body: null };
  }
}

const isFine = ({ status }) => status >= 200 && status < 300;
const isSomebodyElse = ({ status }) => status === 401 || status === 404; // a session that has ended sees no battles
const isAway = ({ status }) => status === 0 || status === 408 || status === 429 || status >= 500;
const detail = ({ body }) => body?.detail ?? "The server answered in a way that this page does not understand.";

// Keeping votes until they are acknowledged

// Where the browser forbids storage it forbids the cookie too, and there is nothing to vote on.
function keep(vote) {
  try {
    localStorage.setItem(KEPT_PREFIX + vote.battle, JSON.stringify({ ...vote, at: Date.now() }));
  } catch {
    // The storage is full: the vote lives as long as the page.
  }
}

function forget(id) {
  localStorage.removeItem(KEPT_PREFIX + id);
}

function kept() {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(KEPT_PREFIX));
  return keys.map((key) => JSON.parse(localStorage.getItem(key)));
}

const send = ({ battle: id, choice, revision }) => ask("POST", `/api/battles/${id}/vote`, { choice, revision });

// Votes on other battles that were left waiting, by an earlier page or by a session that had ended.
async function sendLeftOver() {
  for (const vote of kept()) {
    if (vote.battle === battle()?.dataset.battle) continue;
    const answer = await send(vote);
    const isOld = Date.now() - vote.at > KEPT_DAYS * 86_400_000;
    const mayStillWork = isAway(answer) || isSomebodyElse(answer);
    if (isOld || !mayStillWork) forget(vote.battle);
  }
}

// Voting

async function deliver(vote, attempt = 0) {
  setBusy(true);
  const answer = await send(vote);
  if (isAway(answer)) {
    wait(vote, attempt);
    return;
  }
  setBusy(false);
  if (isFine(answer)) {
    forget(vote.battle);
    trouble();
    showVote(answer.body);
  } else if (isSomebodyElse(answer)) {
    const words = `${detail(answer)} Your choice (${wordsOf(vote.choice)}) is kept in this browser.`;
    trouble(words, link("Sign in to send it", `/sign-in?to=${encodeURIComponent(location.pathname)}`));
  } else {
    forget(vote.battle);
    trouble(detail(answer), link("Reload", location.href));
  }
}

function wait(vote, attempt) {
  const longest = Math.min(RETRY_FIRST_MILLISECONDS * 2 ** attempt, RETRY_MOST_MILLISECONDS);
  const waiting = new AbortController();
  const timer = setTimeout(() => sendNow(), longest * (0.75 + Math.random() / 2));
  sendNow = () => {
    waiting.abort();
    clearTimeout(timer);
    sendNow = () => {};
    deliver(vote, attempt + 1);
  };
  addEventListener("online", () => sendNow(), { signal: waiting.signal });
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Send it now";
  button.addEventListener("click", () => sendNow());
  trouble(`Waiting: your choice (${wordsOf(vote.choice)}) is kept here and will be sent by itself.`, button);
}

function vote(choice) {
  const ballot = { battle: battle().dataset.battle, choice, revision: Number(form("vote").elements.revision.value) };
  keep(ballot);
  deliver(ballot);
}

function showVote(answer) {
  const article = battle();
  form("vote").elements.revision.value = answer.revision;
  article.dataset.choice = answer.choice;
  part("choice").textContent = wordsOf(answer.choice);
  part("after-reveal").hidden = !answer.after_reveal;
  for (const side of ["side_a", "side_b"]) {
    part(`chosen-${side}`).hidden = answer.choice !== side;
    if (answer.reveal) showModel(part(`model-${side}`), answer.reveal[side]);
  }
  show("voted");
  count(1);
  countDown(new Date(answer.undo_until) - new Date(answer.cast_at));
  const names = answer.reveal ? ` A is ${answer.reveal.side_a.model}, B is ${answer.reveal.side_b.model}.` : "";
  announce(`Recorded: ${wordsOf(answer.choice)}.${names}`);
  part("next")?.focus({ preventScroll: true });
  if (form("next")) fetchNext();
}

function showModel(place, { model, organisation, licence, link: to }) {
  const name = document.createElement("strong");
  name.append(/^https?:\/\//.test(to ?? "") ? link(model, to, true) : model);
  const about = document.createElement("span");
  about.className = "meta";
  about.textContent = [organisation, licence].filter(Boolean).join(" · ");
  place.replaceChildren(name, " ", about);
}

async function undo() {
  setBusy(true);
  const answer = await ask("DELETE", address("vote"));
  setBusy(false);
  if (!isFine(answer)) {
    trouble(isAway(answer) ? "Not undone: the server could not be reached. Try again." : detail(answer));
    if (!isAway(answer)) endUndo();
    return;
  }
  trouble();
  form("vote").elements.revision.value = answer.body.revision;
  delete battle().dataset.choice;
  for (const side of ["side_a", "side_b"]) part(`chosen-${side}`).hidden = true;
  endUndo();
  show("retracted");
  count(-1);
  announce("Your vote was taken back.");
  battle().querySelector("h1").focus({ preventScroll: true }); // on no choice, so that none is nearer than another
}

async function skip() {
  setBusy(true);
  const answer = await ask("POST", address("skip"));
  setBusy(false);
  if (!isFine(answer)) {
    trouble(isAway(answer) ? "Not skipped: the server could not be reached. Try again." : detail(answer));
    return;
  }
  show("skipped");
  next();
}

// The next battle

function fetchNext() {
  coming ??= loadNext();
  return coming;
}

async function loadNext() {
  const answer = await ask("POST", `/api/arenas/${battle().dataset.arena}/battles`);
  if (answer.status === 204) return "none";
  if (answer.status !== 201) return null;
  try {
    const response = await fetch(answer.body.url, { headers: { Accept: "text/html" } });
    if (!response.ok) return null;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return page.getElementById("battle")?.dataset.battle === answer.body.id ? page : null;
  } catch {
    return null;
  }
}

async function next() {
  if (!form("next")) {
    location.assign(part("next").href); // in a live arena the next one begins with a question
    return;
  }
  setBusy(true);
  battle().ariaBusy = "true"; // read to the end: out of sight until the next one is there
  const page = (await fetchNext()) ?? (await (coming = loadNext()));
  coming = null;
  battle().ariaBusy = "false";
  setBusy(false);
  if (page === "none") location.assign(`/arenas/${battle().dataset.arena}/done`);
  else if (page) turnTo(page);
  else if (navigator.onLine) form("next").submit(); // whatever stands in the way, its page says so
  else trouble("The next battle could not be loaded: there is no connection. Your vote is recorded; try again.");
}

function turnTo(page) {
  clearInterval(countdown);
  history.pushState(null, "", `/battles/${page.getElementById("battle").dataset.battle}`);
  document.title = page.title;
  for (const id of ["main", "progress"]) document.getElementById(id).replaceWith(document.importNode(page.getElementById(id), true));
  scrollTo(0, 0);
  changedAt = performance.now();
  document.dispatchEvent(new Event("battle:shown"));
  battle().querySelector("h1").focus({ preventScroll: true });
}

// Showing

function show(name) {
  battle().dataset.state = name;
  for (const element of battle().querySelectorAll("[data-when]")) {
    element.hidden = !element.dataset.when.split(" ").includes(name);
  }
  changedAt = performance.now();
}

function setBusy(is) {
  busy = is;
  for (const button of battle().querySelectorAll(".bar-row button")) {
    if (is) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}

function count(change) {
  const progress = document.getElementById("progress");
  if (!progress) return;
  const done = Number(progress.dataset.done) + change;
  const total = Math.max(progress.dataset.total, done);
  progress.dataset.done = done;
  progress.firstElementChild.value = done;
  progress.lastElementChild.textContent = `${done.toLocaleString("en")} of ${total.toLocaleString("en")}`;
}

function countDown(milliseconds) {
  clearInterval(countdown);
  const end = performance.now() + milliseconds;
  const tick = () => {
    const seconds = Math.ceil((end - performance.now()) / 1000);
    if (seconds <= 0) endUndo();
    else part("countdown").textContent = `${seconds} s`;
  };
  part("undo").hidden = milliseconds <= 0;
  countdown = setInterval(tick, 1000);
  tick();
}

function endUndo() {
  clearInterval(countdown);
  const undoForm = part("undo");
  if (undoForm.contains(document.activeElement)) part("next")?.focus();
  undoForm.hidden = true;
}

function trouble(words, remedy) {
  const place = part("trouble");
  if (words && place.firstChild?.textContent === words) return; // said once, and the focus on its button stays
  place.replaceChildren();
  if (!words) return;
  const paragraph = document.createElement("p");
  paragraph.textContent = words;
  place.append(paragraph, ...(remedy ? [remedy] : []));
}

function announce(words) {
  part("announcement").textContent = words;
}

function wordsOf(choice) {
  return form("vote").querySelector(`[value="${choice}"]`)?.dataset.words ?? choice;
}

function link(words, to, isForeign = false) {
  const made = document.createElement("a");
  made.textContent = words;
  made.href = to;
  if (isForeign) Object.assign(made, { rel: "nofollow noopener", target: "_blank" });
  return made;
}

// Events

function notePointer(event) {
  byPointer = event.detail > 0; // a click by keyboard counts none
}

document.addEventListener("click", notePointer, { capture: true });

const ACTIONS = { vote: (button) => vote(button.value), undo, skip, next };

document.addEventListener("submit", (event) => {
  const action = ACTIONS[event.target.dataset.form];
  if (!action) return;
  event.preventDefault();
  // What appears under the pointer must not take the second half of a double click.
  const isEcho = byPointer && performance.now() - changedAt < DOUBLE_CLICK_MILLISECONDS;
  if (!busy && !isEcho) action(event.submitter);
});

addEventListener("popstate", () => {
  if (!location.pathname.endsWith(battle().dataset.battle)) location.reload();
});

function start() {
  const waiting = kept().find((vote) => vote.battle === battle().dataset.battle);
  if (waiting && ["voted", "skipped"].includes(state())) forget(waiting.battle);
  else if (waiting && form("vote")?.hidden === false) deliver(waiting);
  const { undoUntil, undoSeconds } = battle().dataset;
  if (undoUntil && !part("undo").hidden) {
    const left = new Date(undoUntil) - Date.now();
    countDown(Math.min(left > 0 ? left : Infinity, undoSeconds * 1000)); // the clock here may be wrong
  }
  sendLeftOver();
}

// By static/js/live.js.
document.addEventListener("battle:replaced", () => {
  changedAt = performance.now();
  start();
});
start();
