// The cart answers a refusal with its own page and an honest status (404, 409, 422): show that page too.
document.addEventListener("htmx:beforeSwap", (event) => {
  const target = event.detail.target;
  if ([404, 409, 422].includes(event.detail.xhr.status) && target && target.closest("[data-cart], [data-checkout]")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
