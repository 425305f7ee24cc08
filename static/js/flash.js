// Flash sales on a page that stays open: counts down by the server's clock, and looks up what is left. When something
// begins, ends or is sold out, what the page says is exchanged. Without this file the page says the times.
(() => {
  "use strict";
  const page = document.querySelector("[data-flash-page]");
  if (!page) return;
  const address = page.dataset.flashPage;
  const problem = document.querySelector("[data-flash-error]");
  const states = () => [...document.querySelectorAll("[data-sale]")];
  const EVERY = 5000;
  const CALM = 30000;
  // The server's clock less ours, in milliseconds. An answer may have lain in a cache, so the latest one is right.
  let ahead = -Infinity;
  const now = () => Date.now() + (Number.isFinite(ahead) ? ahead : 0);

  const clock = (seconds) => {
    const two = (number) => String(number).padStart(2, "0");
    return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(":");
  };

  const tick = () => {
    for (const part of document.querySelectorAll("[data-until]")) {
      const left = Math.ceil(part.dataset.until - now() / 1000);
      part.hidden = left < 0 || !Number.isFinite(ahead);
      const words = part.dataset.words.replace("{time}", clock(Math.max(left, 0)));
      if (part.textContent !== words) part.textContent = words;
    }
  };

  // Whether a start or an end has passed that the page does not tell yet.
  const isBehind = () => [...document.querySelectorAll("[data-until]")].some((part) => part.dataset.until <= now() / 1000);
  const isBusy = () => document.querySelector(".flash-state.is-running, .flash-state.is-sold_out") !== null || isSoon();
  const isSoon = () =>
    [...document.querySelectorAll("[data-until]")].some((part) => part.dataset.until - now() / 1000 < 60);

  const exchange = (fresh) => {
    const found = new Map([...fresh.querySelectorAll("[data-sale]")].map((each) => [each.dataset.sale, each]));
    let changed = false;
    for (const then of states()) {
      const here = found.get(then.dataset.sale);
      if (!here || here.dataset.version === then.dataset.version) continue;
      changed = true;
      then.replaceWith(document.importNode(here, true));
    }
    if (changed) document.dispatchEvent(new Event("flash-changed"));
  };

  let timer = 0;
  const look = async () => {
    clearTimeout(timer);
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch(address, { credentials: "omit" });
        if (!answer.ok) throw new Error(answer.status);
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        ahead = Math.max(ahead, Number(fresh.querySelector("[data-now]").dataset.now) * 1000 - Date.now());
        exchange(fresh);
        if (problem) problem.hidden = true;
      } catch {
        if (problem) problem.hidden = false;
      }
      tick();
    }
    // Not all at the same moment: thousands may look at the same start.
    timer = setTimeout(look, (isBehind() ? 800 : isBusy() ? EVERY : CALM) * (1 + Math.random() / 4));
  };

  let wasBehind = false;
  setInterval(() => {
    tick();
    if (isBehind() && !wasBehind) setTimeout(look, Math.random() * 500);
    wasBehind = isBehind();
  }, 1000);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", (event) => event.persisted && look());
  look();
})();
