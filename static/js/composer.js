// Asking: drafts that nothing loses, keys, growing, and sending in place so that a refusal or a lost connection keeps the
// words. Serves the arena's page and the next question of a battle; without this the forms are sent by the browser.

const DRAFT_PREFIX = "preferendum.draft.";
const DRAFT_DAYS = 7;
const ENTER_AS = "preferendum.enter";
const NEAR = 0.8; // from this share of the allowed length on, what is left is shown
const PATIENCE_MILLISECONDS = 30_000;
const COMMAND = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl";

let entersSends = localStorage.getItem(ENTER_AS) === "on";
let ownWords = ""; // what a suggestion took the place of

const composers = () => document.querySelectorAll("form[data-draft]");
const part = (form, name) => form.querySelector(`[data-part="${name}"]`);
const question = (form) => form.elements.prompt;

// Drafts

function keepDraft(form) {
  const key = DRAFT_PREFIX + form.dataset.draft;
  const words = question(form).value;
  try {
    if (words.trim()) localStorage.setItem(key, JSON.stringify({ words, at: Date.now() }));
    else localStorage.removeItem(key);
  } catch {
    // The storage is full: the words live as long as the page.
  }
}

// The draft of this form; those that were left for long are forgotten.
function draftOf(form) {
  let found = "";
  for (const key of Object.keys(localStorage).filter((one) => one.startsWith(DRAFT_PREFIX))) {
    const { words, at } = JSON.parse(localStorage.getItem(key));
    if (Date.now() - at > DRAFT_DAYS * 86_400_000) localStorage.removeItem(key);
    else if (key === DRAFT_PREFIX + form.dataset.draft) found = words;
  }
  return found;
}

// Showing

function prepare() {
  for (const form of composers()) {
    const field = question(form);
    if (!field.value) field.value = draftOf(form);
    part(form, "enter").hidden = false;
    part(form, "enter").querySelector("input").checked = entersSends;
    tellKeys(form);
    measure(form);
  }
}

function tellKeys(form) {
  const key = (words) => Object.assign(document.createElement("kbd"), { textContent: words });
  const sends = entersSends ? [key("Enter"), " sends, ", key("Shift"), " + ", key("Enter"), " begins a new line."] : [key(COMMAND), " + ", key("Enter"), " sends."];
  part(form, "keys-hint").replaceChildren(...sends);
}

// Makes room for all lines, and says what is left where it is not much.
function measure(form) {
  const field = question(form);
  if (!CSS.supports("field-sizing", "content")) {
    field.style.blockSize = "auto";
    field.style.blockSize = `${field.scrollHeight + 2}px`;
  }
  const longest = Number(field.dataset.longest);
  const left = longest - [...field.value].length;
  const count = part(form, "count");
  count.hidden = left > longest * (1 - NEAR);
  count.classList.toggle("over", left < 0);
  count.textContent = left < 0 ? `${(-left).toLocaleString("en")} characters too many` : `${left.toLocaleString("en")} characters left`;
  return left;
}

function tell(form, words, remedy) {
  const place = part(form, "problem");
  place.replaceChildren();
  if (!words) return;
  const paragraph = document.createElement("p");
  const what = document.createElement("strong");
  what.textContent = "Not sent.";
  paragraph.append(what, ` ${words}`);
  place.append(paragraph, ...(remedy ? [remedy] : []));
}

// Sending

async function send(form) {
  if (form.ariaBusy === "true") return;
  if (form.closest(".unfolded") && !document.querySelector("#battle[data-state=shown]")) {
    tell(form, "The next question can be sent once the answer is whole.");
    return;
  }
  if (question(form) && measure(form) < 0) {
    tell(form, `The question is too long by ${part(form, "count").textContent.replace(" too many", "")}.`);
    question(form).focus();
    return;
  }
  setBusy(form, true);
  tell(form);
  const answer = await post(form);
  setBusy(form, false);
  if (answer.page !== undefined) arrive(form, answer);
  else refuse(form, answer);
}

// {page, url} where the battle is there, {status, detail} where it is not; status 0: no answer came.
async function post(form) {
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(entries(form)),
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    });
    const text = await response.text();
    if (response.ok && response.redirected) return { page: text, url: response.url };
    const isProblem = response.headers.get("Content-Type")?.includes("json");
    return { status: response.status, detail: isProblem ? JSON.parse(text).detail : undefined };
  } catch {
    return { status: 0 };
  }
}

// What does not belong to the kind of battle stays at home.
function entries(form) {
  const data = new FormData(form);
  const kind = data.get("kind");
  if (kind === "anonymous") data.delete("model_a");
  if (kind !== "named") data.delete("model_b");
  return data;
}

function arrive(form, { page, url }) {
  if (question(form)) {
    localStorage.removeItem(DRAFT_PREFIX + form.dataset.draft);
    form.reset();
  }
  if (new URL(url).pathname === location.pathname) document.dispatchEvent(new CustomEvent("battle:asked", { detail: page }));
  else location.assign(url);
}

function refuse(form, { status, detail }) {
  if (status === 0) {
    tell(form, "This site cannot be reached at the moment. Your words are kept in this browser; try again when it is back.");
  } else if (status === 401 || status === 404) {
    const signIn = document.createElement("a");
    signIn.href = `/sign-in?to=${encodeURIComponent(location.pathname)}`;
    signIn.textContent = "Sign in";
    tell(form, `${detail ?? "This is not open to you any more."} Your words are kept in this browser.`, signIn);
  } else {
    tell(form, `${detail ?? "The server answered in a way that this page does not understand."} Your words are kept.`);
  }
  (question(form) ?? form.querySelector("button")).focus();
}

function setBusy(form, is) {
  form.ariaBusy = String(is);
  for (const button of form.querySelectorAll("button")) {
    if (is) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}

// Suggestions

function fill(words) {
  const [form] = composers();
  const field = question(form);
  const isOwn = field.value.trim() && ![...document.querySelectorAll(".suggestion")].some((one) => one.textContent === field.value);
  if (isOwn) ownWords = field.value;
  field.value = words;
  part(form, "own-words").hidden = !ownWords || words === ownWords;
  keepDraft(form);
  measure(form);
  field.focus();
}

async function fetchOthers(link) {
  try {
    const response = await fetch(link.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const list = page.querySelector("[data-suggestions] ul");
    if (list) document.querySelector("[data-suggestions] ul").replaceWith(document.importNode(list, true));
  } catch {
    // Those that are there stay; the link can be pressed again.
  }
}

// Events

document.addEventListener("submit", (event) => {
  const form = event.target;
  if ("send" in form.dataset) {
    event.preventDefault();
    send(form);
  } else if ("suggestions" in form.dataset) {
    event.preventDefault();
    fill(event.submitter.querySelector(".suggestion").textContent);
  }
});

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (event.target.name !== "prompt" || !form?.dataset.draft) return;
  keepDraft(form);
  measure(form);
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-enter-sends]")) return;
  entersSends = event.target.checked;
  localStorage.setItem(ENTER_AS, entersSends ? "on" : "off");
  composers().forEach(tellKeys);
});

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (target.name !== "prompt" || event.isComposing) return;
  if (key === "Escape") {
    const folded = target.closest("details");
    if (!folded) return;
    folded.open = false;
    folded.querySelector("summary").focus();
  } else if (key === "Enter" && !event.shiftKey && (entersSends || event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    target.form.requestSubmit();
  }
});

document.addEventListener("click", (event) => {
  const others = event.target.closest("[data-others]");
  if (others && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    fetchOthers(others);
  } else if (event.target.closest("[data-own-words]")) {
    fill(ownWords);
  }
});

document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.matches?.("details.ask-on[open]")) question(event.target.querySelector("form")).focus();
  },
  { capture: true },
);

document.addEventListener("battle:shown", prepare);
prepare();
if (location.hash === "#prompt") document.getElementById("prompt")?.focus();
