// A battle while its models write: reads the one stream that carries both sides and lets them grow in place. What the
// battle is, the server says: when the stream ends, however it ends, the page is fetched and what changed is put in.

import { change, changeAll } from "./growing.js";
import { events } from "./event_stream.js";

const ELSEWHERE_MILLISECONDS = 2000;
const STOPPING_MILLISECONDS = 400;
const STOPPING_LOOKS = 12; // after that the page says what the server says
const RETRY_FIRST_MILLISECONDS = 1000;
const RETRY_MOST_MILLISECONDS = 10_000;
const SILENCE_MILLISECONDS = 30_000;
const HEARD_MOST = 8;
const AT_END_PIXELS = 8;

const battle = () => document.getElementById("battle");
const part = (name) => battle().querySelector(`[data-part="${name}"]`);
const state = () => battle().dataset.state;
const bodies = () => [...battle().querySelectorAll(".side-body")];

let reading = null; // stops the request whose stream is being read
let isWanted = false; // "Write the answers again" was pressed while the server could not be reached
let wake = () => {};
let opened = new Map(); // by side: the nodes of the block that is still being written
let ours = new Map(); // by side: where our own scrolling put it; without an entry it is where the reader put it

// Screen readers hear finished paragraphs, each with its side, in a place that no swap of the page touches.
const heard = document.createElement("div");
heard.className = "visually-hidden";
heard.setAttribute("role", "log");
document.body.prepend(heard);

// Writing

async function write() {
  isWanted = false;
  reading = new AbortController();
  begin();
  const ending = await readStream(reading);
  reading = null;
  if (ending === "ended") [...opened].forEach(([side, nodes]) => hear(side, nodes));
  if (ending === "lost") show("broken");
  await follow(ending === "stopped" ? STOPPING_MILLISECONDS : ELSEWHERE_MILLISECONDS);
}

// How it ended: "ended", "refused" (another tab is at it, or nothing is to be written), "stopped" or "lost".
async function readStream(stopping) {
  let isSilent = false;
  let timer;
  const hearken = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      isSilent = true;
      stopping.abort();
    }, SILENCE_MILLISECONDS);
  };
  hearken();
  try {
    const response = await fetch(`/battles/${battle().dataset.battle}/answers`, {
      method: "POST",
      headers: { Accept: "text/event-stream" },
      signal: stopping.signal,
    });
    if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
      return response.status < 500 ? "refused" : "lost";
    }
    for await (const { name, data } of events(response, hearken)) {
      if (name === "frame") grow(data);
      if (name === "ended") return "ended";
    }
    return "lost";
  } catch {
    return stopping.signal.aborted && !isSilent ? "stopped" : "lost";
  } finally {
    clearTimeout(timer);
  }
}

function begin() {
  show("writing");
  say();
  const stop = battle().querySelector("[data-stop]");
  stop.removeAttribute("aria-disabled");
  stop.firstChild.data = "Stop ";
  opened = new Map();
  ours = new Map();
  heard.replaceChildren();
  for (const body of bodies()) {
    body.querySelector("[data-part^=answer-]").replaceChildren();
    const prompt = lastPrompt(body);
    if (prompt) body.scrollTop = topOf(prompt, body);
    ours.set(body.dataset.part, body.scrollTop);
  }
  const shown = bodies().find((body) => body.getClientRects().length > 0);
  if (lastPrompt(shown) && !scrollsAlone(shown)) lastPrompt(shown).scrollIntoView({ block: "start" });
}

function grow(frame) {
  const page = document.scrollingElement;
  const isPageAtEnd = page.scrollTop > 0 && isAtEnd(page);
  for (const [side, { done, open }] of Object.entries(frame)) {
    const body = part(side);
    const wasAtEnd = isAtEnd(body);
    const finished = nodesOf(done);
    const there = changeAll(opened.get(side) ?? [], [...finished, ...nodesOf(open)], part(`answer-${side}`));
    opened.set(side, there.slice(finished.length));
    hear(side, there.slice(0, finished.length));
    if (wasAtEnd) moveOn(body, side);
  }
  if (isPageAtEnd) page.scrollTop = page.scrollHeight;
}

// Keeps the end in sight: of itself only until the question stands at the top, further only for a reader who went there.
function moveOn(body, side) {
  if (!scrollsAlone(body)) return;
  if (Math.abs(body.scrollTop - (ours.get(side) ?? -9)) > 2) ours.delete(side);
  const end = body.scrollHeight - body.clientHeight;
  const prompt = lastPrompt(body);
  const most = ours.has(side) ? (prompt ? topOf(prompt, body) : 0) : end;
  if (Math.min(end, most) <= body.scrollTop) return;
  body.scrollTop = Math.min(end, most);
  if (ours.has(side)) ours.set(side, body.scrollTop);
}

const isAtEnd = (box) => box.scrollHeight - box.clientHeight - box.scrollTop < AT_END_PIXELS;
const scrollsAlone = (body) => /auto|scroll/.test(getComputedStyle(body).overflowY);
const lastPrompt = (body) => [...body.querySelectorAll(".user-turn")].at(-1);
const topOf = (element, body) =>
  element.getBoundingClientRect().top - body.getBoundingClientRect().top + body.scrollTop - AT_END_PIXELS;

function nodesOf(html) {
  const made = document.createElement("template");
  made.innerHTML = html; // from our own renderer, which lets nothing through that could act
  for (const heading of made.content.querySelectorAll(":is(h3, h4, h5, h6):empty")) heading.remove(); // only its mark is there
  return [...document.importNode(made.content, true).childNodes];
}

function hear(side, nodes) {
  const words = nodes.map((node) => node.textContent.trim()).filter(Boolean).join(" ");
  if (!words || part(side).getClientRects().length === 0) return; // a side that is not looked at is not read out
  const paragraph = document.createElement("p");
  paragraph.textContent = battle().dataset.kind === "direct" ? words : `${side === "side_a" ? "A" : "B"}: ${words}`;
  heard.append(paragraph);
  while (heard.childElementCount > HEARD_MOST) heard.firstChild.remove();
}

// What the server says of the battle

// Fetches the page until nobody writes any more, and puts in what changed.
async function follow(pause) {
  let failures = 0;
  for (let looks = 1; ; looks += 1) {
    const page = await load();
    if (typeof page === "string") {
      say(page, link("Sign in", `/sign-in?to=${encodeURIComponent(location.pathname)}`));
      return;
    }
    if (page === null) {
      failures += 1;
      sayAway();
      await wait(Math.min(RETRY_FIRST_MILLISECONDS * 2 ** (failures - 1), RETRY_MOST_MILLISECONDS));
      continue;
    }
    const isWriting = page.getElementById("battle").dataset.state === "elsewhere";
    const isStopping = isWriting && pause < ELSEWHERE_MILLISECONDS && looks < STOPPING_LOOKS;
    if (!isStopping) turnTo(page);
    if (!isWriting) return arrive();
    await wait(isStopping ? pause : ELSEWHERE_MILLISECONDS);
  }
}

// The battle's page; null where the server could not be reached, words where it shows this battle no more.
async function load() {
  try {
    const response = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (page.getElementById("battle")) return page;
    return response.status < 500 && response.status !== 429 ? page.querySelector(".lead")?.textContent ?? "" : null;
  } catch {
    return null;
  }
}

function wait(milliseconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => wake(), milliseconds);
    wake = () => {
      clearTimeout(timer);
      removeEventListener("online", wake);
      resolve();
    };
    addEventListener("online", wake);
  });
}

function turnTo(page) {
  const before = state();
  document.title = page.title;
  for (const id of ["main", "turns"]) change(document.getElementById(id), document.importNode(page.getElementById(id), true));
  document.dispatchEvent(new Event("battle:shown"));
  document.dispatchEvent(new Event("battle:replaced"));
  if (state() === before) return;
  settle();
  announce(shownWords());
}

function arrive() {
  const hasToWrite = state() === "writing" || (isWanted && state() === "interrupted");
  isWanted = false;
  if (hasToWrite) write();
  else if (state() === "elsewhere") follow(STOPPING_MILLISECONDS); // mostly this tab, which was reloaded
}

// Showing

function show(name) {
  battle().dataset.state = name;
  for (const element of battle().querySelectorAll("[data-when]")) {
    element.hidden = !element.dataset.when.split(" ").includes(name);
  }
}

// Puts the focus where one goes on from, unless the reader has it somewhere that is still there. Where a vote is due it
// is on no choice, so that none is nearer than another.
function settle() {
  const focused = document.activeElement;
  const heading = battle().querySelector("h1");
  if (![document.body, heading].includes(focused) && focused.getClientRects().length > 0) return;
  const next = {
    interrupted: '[data-form="answers"] button',
    failed: '[data-form="again"] button',
    shown: ".ask-on.unfolded textarea",
  }[state()];
  ((next && battle().querySelector(next)) ?? heading).focus({ preventScroll: true });
}

function shownWords() {
  const note = [...battle().querySelectorAll(".bar-note")].find((one) => one.getClientRects().length > 0);
  if (note) return note.textContent;
  if (state() !== "shown") return "";
  return battle().dataset.kind === "direct" ? "The answer is whole." : "Both answers are whole. You can vote now.";
}

function announce(words) {
  part("announcement").textContent = words;
}

function say(words, remedy) {
  const place = part("trouble");
  if (words && place.firstChild?.textContent === words) return; // said once, and the focus on its button stays
  place.replaceChildren();
  if (!words) return;
  const paragraph = document.createElement("p");
  paragraph.textContent = words;
  place.append(paragraph, ...(remedy ? [remedy] : []));
}

function sayAway() {
  if (state() === "writing") show("broken");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Look again now";
  button.addEventListener("click", () => wake());
  const remedy = state() === "broken" ? undefined : button; // there the bar has its own
  say("This site cannot be reached at the moment. What you have typed stays in this browser.", remedy);
}

function link(words, to) {
  const made = document.createElement("a");
  made.textContent = words;
  made.href = to;
  return made;
}

// Events

document.addEventListener("click", (event) => {
  const stop = event.target.closest("[data-stop]");
  if (!stop || !reading) return;
  stop.setAttribute("aria-disabled", "true");
  stop.firstChild.data = "Stopping… ";
  reading.abort();
});

document.addEventListener("submit", (event) => {
  if (event.target.dataset.form !== "answers") return;
  event.preventDefault();
  if (reading) return;
  isWanted = true;
  if (state() === "interrupted") write();
  else wake();
});

// The composer has sent the next question: here is the battle with it.
document.addEventListener("battle:asked", (event) => {
  turnTo(new DOMParser().parseFromString(event.detail, "text/html"));
  arrive();
});

arrive();
