// A list that the browser shows from its memory, after "back", tells prices and stock of then: they are looked up again.
// Only what changed is exchanged, so nobody's place or focus is lost.
(() => {
  "use strict";
  const parts = (card) => [
    [".product-card-badge", card.querySelector(".product-card-badge")],
    [".product-card-price", card.querySelector(".product-card-price")],
  ];
  const addressOf = (card) => card.querySelector(".product-card-name a").getAttribute("href");

  const exchange = (card, fresh) => {
    for (const [selector, now] of parts(fresh)) {
      const then = card.querySelector(selector);
      if (then && now && then.outerHTML === now.outerHTML) continue;
      if (then && now) then.replaceWith(now);
      else if (then) then.remove();
      else if (now) card.querySelector(".product-card-picture").append(now);
    }
  };

  window.addEventListener("pageshow", async (event) => {
    const cards = [...document.querySelectorAll(".product-card")];
    if (!event.persisted || !cards.length) return;
    try {
      const answer = await fetch(window.location.href);
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = new Map([...page.querySelectorAll(".product-card")].map((card) => [addressOf(card), card]));
      for (const card of cards) {
        const fresh = found.get(addressOf(card));
        if (fresh) exchange(card, fresh);
      }
    } catch {
      // Without a connection the list stays as it was; what is bought is priced anew anyway.
    }
  });
})();
