// Remembers in this browser alone which products were looked at, and shows them again; nobody else is told.
(() => {
  "use strict";
  const section = document.querySelector("[data-seen]");
  if (!section) return;
  const KEY = "seen";
  const MOST = 9;
  const read = () => {
    try {
      const known = JSON.parse(window.localStorage.getItem(KEY));
      return Array.isArray(known) ? known.filter((slug) => /^[-\w]{1,160}$/.test(slug)) : [];
    } catch {
      return [];
    }
  };
  const write = (slugs) => {
    try {
      if (slugs.length) window.localStorage.setItem(KEY, JSON.stringify(slugs));
      else window.localStorage.removeItem(KEY);
    } catch {
      // A browser that keeps nothing shows nothing again.
    }
  };

  const { current } = section.dataset;
  const before = read().filter((slug) => slug !== current);
  if (current) write([current, ...before].slice(0, MOST));
  section.querySelector("[data-seen-forget]").addEventListener("click", () => {
    write([]);
    section.hidden = true;
    document.querySelector("main").focus();
  });
  if (!before.length) return;
  const cards = section.querySelector("[data-seen-cards]");
  const address = `${section.dataset.seen}?slugs=${before.slice(0, MOST - 1).join(",")}`;
  window.htmx.ajax("GET", address, { source: cards, target: cards, swap: "innerHTML" }).then(() => {
    section.hidden = !cards.querySelector("li");
  });
})();
