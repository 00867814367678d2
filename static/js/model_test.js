// "Test this model": streams the reply into the page. Without scripts the form is sent, and the page that answers has
// the reply.

import { events } from "./event_stream.js";

async function ask(form) {
  const parts = Object.fromEntries(
    ["reply", "text", "figures", "problem", "stop"].map((name) => [name, form.querySelector(`[data-${name}]`)]),
  );
  const button = form.querySelector("button.primary");
  const stopping = new AbortController();
  parts.text.textContent = "";
  parts.problem.hidden = true;
  parts.figures.textContent = "Waiting for the first words…";
  parts.reply.hidden = false;
  parts.stop.hidden = false;
  parts.stop.onclick = () => stopping.abort();
  button.setAttribute("aria-disabled", "true");
  form.dataset.busy = "";
  try {
    await read(form, parts, stopping.signal);
  } catch {
    const words = stopping.signal.aborted ? "Stopped." : "";
    parts.figures.textContent = words;
    if (!words) tell(parts, "The connection to this site was lost. Try again.");
  } finally {
    parts.stop.hidden = true;
    button.removeAttribute("aria-disabled");
    delete form.dataset.busy;
  }
}

async function read(form, parts, signal) {
  const response = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    headers: { Accept: "text/event-stream" },
    signal,
  });
  if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
    const problem = await response.json();
    parts.figures.textContent = "";
    tell(parts, problem.detail);
    return;
  }
  let isWhole = false;
  for await (const { name, data } of events(response, () => {})) {
    show(name, data, parts);
    isWhole ||= name === "ended";
  }
  if (!isWhole) throw new Error("the stream broke off");
}

function show(name, data, parts) {
  if (name === "fragment") {
    parts.text.append(data.text);
    parts.figures.textContent = "Writing…";
  } else if (name === "ended") {
    parts.figures.textContent = data.error ? "" : data.words;
    if (data.error) tell(parts, data.words);
  }
}

function tell(parts, words) {
  parts.problem.textContent = words;
  parts.problem.hidden = false;
}

for (const form of document.querySelectorAll("[data-model-test]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!("busy" in form.dataset)) ask(form);
  });
}
