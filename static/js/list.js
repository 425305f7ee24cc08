// A list is sorted as soon as an order is picked; without this file a button does it.
(() => {
  "use strict";
  for (const form of document.querySelectorAll("[data-at-once]")) {
    for (const button of form.querySelectorAll(".without-js")) button.remove();
    form.addEventListener("change", () => form.requestSubmit());
  }
})();
