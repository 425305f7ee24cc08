// Comfort for the checkout page; without this file everything still works.
(() => {
  "use strict";

  // A page that came back with a problem starts there.
  const problem = document.querySelector("[data-focus]");
  if (problem) problem.focus();

  // One click is enough. The button wakes up again when the page is left and come back to.
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || !button.dataset.busy) return;
    button.dataset.words = button.textContent;
    button.textContent = button.dataset.busy;
    setTimeout(() => { button.disabled = true; });
  });
  window.addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("[data-words]")) {
      button.textContent = button.dataset.words;
      button.disabled = false;
    }
  });

  // Enter orders, as the last button says; in the field of a voucher it tries the voucher.
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || !field.matches("[data-checkout] input:not([type=checkbox], [type=radio])")) return;
    event.preventDefault();
    document.getElementById(field.name === "code" ? "voucher-button" : "order-button").click();
  });

  // What was typed while new fields were on their way is put back into them.
  let typed = {};
  const texts = (place) => place.querySelectorAll("input[type=text], input[type=tel], input[type=email]");
  document.addEventListener("htmx:beforeSwap", () => {
    typed = {};
    for (const field of texts(document)) if (field.form) typed[field.name] = field.value;
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const field of texts(document)) if (field.form && typed[field.name]) field.value = typed[field.name];
  });
})();
