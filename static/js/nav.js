// The strip of categories on a phone: where one is, is in view.
(() => {
  "use strict";
  const here = document.querySelector(".site-nav [aria-current]");
  const strip = here && here.closest("ul");
  if (strip) strip.scrollLeft = here.parentElement.offsetLeft - strip.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2;
})();
