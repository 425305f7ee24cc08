// The small cart: opens on the cart's link and after something was put in. Without this file, or in a browser without
// popovers, the link leads to the cart's page.
(() => {
  "use strict";
  const panel = document.getElementById("mini-cart");
  const link = document.querySelector("[data-mini-cart]");
  if (!panel || !link || !("popover" in HTMLElement.prototype) || !window.htmx) return;
  const content = document.getElementById("mini-cart-content");
  const skeleton = document.getElementById("mini-cart-skeleton");

  const open = () => {
    content.replaceChildren(skeleton.content.cloneNode(true));
    if (!panel.matches(":popover-open")) panel.showPopover();
    htmx.ajax("GET", link.dataset.miniCart, { target: content, swap: "innerHTML" });
  };

  link.addEventListener("click", (event) => {
    if (link.pathname === location.pathname || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
    event.preventDefault();
    open();
    panel.focus();
  });
  // Said by the answer to "add to cart". The reader stays where they are: the answer itself is announced.
  document.addEventListener("cart-added", open);

  // Nobody should be kept waiting before a skeleton: then the cart's own page has to do.
  for (const trouble of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(trouble, (event) => {
      if (event.detail.target === content) location.assign(link.href);
    });
  }
})();
