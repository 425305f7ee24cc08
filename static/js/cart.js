// Comfort for cart and checkout; without this file everything still works.
(() => {
  "use strict";

  // A refusal is answered by the page itself and an honest status (404, 409, 422, 429): show that page too.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    if ([404, 409, 422, 429].includes(xhr.status) && target && target.closest("[data-cart], [data-checkout], #voucher")) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  // Buttons that only browsers without scripts need; gone, so that Enter never presses one unseen.
  const tidy = () => document.querySelectorAll(".without-js").forEach((button) => button.remove());
  tidy();
  document.addEventListener("htmx:afterSwap", tidy);
})();
