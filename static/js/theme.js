// Light, dark or as the system is set; what was chosen is kept in this browser. Loaded before the first paint, so
// nothing flashes. Without this file the style sheet follows the system.
(() => {
  "use strict";
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const bars = [...document.querySelectorAll('meta[name="theme-color"]')].map((bar) => [bar, bar.media]);

  // A browser may refuse to keep anything; then the choice lasts as long as the page.
  let choice = "system";
  const kept = () => {
    try {
      return localStorage.getItem("theme") || "system";
    } catch {
      return choice;
    }
  };
  const keep = () => {
    try {
      if (choice === "system") localStorage.removeItem("theme");
      else localStorage.setItem("theme", choice);
    } catch {}
  };

  const apply = () => {
    const isChosen = choice === "light" || choice === "dark";
    const theme = isChosen ? choice : dark.matches ? "dark" : "light";
    root.setAttribute("data-bs-theme", theme);
    for (const [bar, media] of bars) bar.media = isChosen ? (media.includes(theme) ? "all" : "not all") : media;
    for (const one of document.querySelectorAll('input[name="theme"]')) one.checked = one.value === (isChosen ? choice : "system");
  };

  choice = kept();
  apply();
  dark.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", apply);
  document.addEventListener("change", (event) => {
    if (event.target.name !== "theme") return;
    choice = event.target.value;
    keep();
    apply();
  });
  // Another tab has chosen.
  window.addEventListener("storage", (event) => {
    if (event.key !== "theme") return;
    choice = kept();
    apply();
  });
})();
