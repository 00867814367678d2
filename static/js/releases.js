// Keeps the list of releases fresh while one is waiting or being written. Without scripts there is a link to refresh.

const EVERY_MILLISECONDS = 2000;

async function refresh() {
  const section = document.getElementById("releases");
  if (!section || !("unfinished" in section.dataset)) return;
  // What somebody is using with the keyboard must not be replaced under their fingers.
  if (!document.hidden && !section.contains(document.activeElement)) await replace(section);
  setTimeout(refresh, EVERY_MILLISECONDS);
}

async function replace(section) {
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById("releases");
    if (!fresh) return;
    const open = new Set([...section.querySelectorAll("details[open]")].map((details) => details.dataset.key));
    for (const details of fresh.querySelectorAll("details")) details.open = open.has(details.dataset.key);
    announce(section, fresh);
    section.replaceWith(fresh);
  } catch {
    // The connection is away for the moment; the next turn tries again.
  }
}

function announce(section, fresh) {
  const before = new Map([...section.querySelectorAll("[data-id]")].map((release) => [release.dataset.id, release.dataset.status]));
  const changed = [...fresh.querySelectorAll("[data-id]")].filter((release) => before.get(release.dataset.id) !== release.dataset.status);
  if (changed.length) document.getElementById("releases-status").textContent = changed.map((release) => release.dataset.status).join(". ");
}

setTimeout(refresh, EVERY_MILLISECONDS);
