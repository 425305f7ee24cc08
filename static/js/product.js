// The product page without reloading: a picked size shows its own price, stock and facts; a small picture scrolls
// to its large one. Without this file the chips say the same and the small pictures are plain links.
(() => {
  const page = document.querySelector("[data-product]");
  if (!page) return;
  const part = (name) => page.querySelector(`[data-${name}]:not(input[type="radio"])`);

  const show = (choice) => {
    for (const name of ["price", "weight", "origin", "sku", "stock"]) {
      const place = part(name);
      if (place) place.textContent = choice.dataset[name];
    }
    part("stock").className = `stock stock-${choice.dataset.state}`;
    const quantity = part("quantity");
    if (quantity) {
      quantity.max = choice.dataset.most;
      if (Number(quantity.value) > Number(quantity.max)) quantity.value = quantity.max;
    }
  };
  page.addEventListener("change", (event) => {
    if (event.target.name === "variant") show(event.target);
  });
  // A browser that comes back to the page keeps the size that was picked.
  const picked = page.querySelector('input[name="variant"]:checked');
  if (picked) show(picked);

  const strip = page.querySelector("[data-strip]");
  const links = [...page.querySelectorAll("[data-picture]")];
  const mark = (index) =>
    links.forEach((link, at) => (at === index ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
  links.forEach((link, index) =>
    link.addEventListener("click", (event) => {
      event.preventDefault();
      strip.scrollTo({ left: index * strip.clientWidth });
    }),
  );
  if (links.length) strip.addEventListener("scroll", () => mark(Math.round(strip.scrollLeft / strip.clientWidth)), { passive: true });
})();
