// Blocking and in <head>, so that a remembered theme is there before the first paint. The switch in the header
// remembers a choice only while it differs from what the system asks for.
(() => {
  const KEY = "preferendum.theme";
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  try {
    const remembered = localStorage.getItem(KEY);
    if (remembered === "light" || remembered === "dark") root.dataset.theme = remembered;
  } catch {
    // Storage is forbidden: the system's choice stands, and a switch lasts for the page.
  }

  const shown = () => root.dataset.theme ?? (system.matches ? "dark" : "light");
  const other = () => (shown() === "dark" ? "light" : "dark");

  function choose(theme) {
    const isSystems = theme === (system.matches ? "dark" : "light");
    if (isSystems) delete root.dataset.theme;
    else root.dataset.theme = theme;
    try {
      if (isSystems) localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch {
      // As above.
    }
  }

  addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-theme-switch]");
    if (!button) return;
    const words = button.querySelector(".visually-hidden");
    const name = () => {
      words.textContent = `Use ${other()} colours`;
      button.title = words.textContent;
    };
    button.addEventListener("click", () => {
      choose(other());
      name();
    });
    system.addEventListener("change", name);
    name();
    button.hidden = false;
  });
})();
