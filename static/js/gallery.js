// A small picture scrolls to its large one, which opens larger still. Without this file both are plain links.
(() => {
  "use strict";
  const gallery = document.querySelector("[data-gallery]");
  if (!gallery) return;
  const strip = gallery.querySelector("[data-strip]");
  const large = [...gallery.querySelectorAll("[data-zoom]")];
  const small = [...gallery.querySelectorAll("[data-picture]")];

  // Languages that run from right to left count their pictures to the left.
  const way = getComputedStyle(strip).direction === "rtl" ? -1 : 1;

  // --- the strip ----------------------------------------------------------------------------------
  const mark = (index) =>
    small.forEach((link, at) => (at === index ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
  const scrollTo = (index) => strip.scrollTo({ left: way * index * strip.clientWidth });
  small.forEach((link, index) =>
    link.addEventListener("click", (event) => {
      event.preventDefault();
      scrollTo(index);
    }),
  );
  if (small.length) strip.addEventListener("scroll", () => mark(Math.round(Math.abs(strip.scrollLeft) / strip.clientWidth)), { passive: true });

  // --- the large view -----------------------------------------------------------------------------
  const dialog = gallery.querySelector("[data-zoom-dialog]");
  if (!dialog || !dialog.showModal) return;
  const stage = dialog.querySelector("[data-zoom-stage]");
  const words = dialog.querySelector("[data-zoom-words]");
  const full = dialog.querySelector("[data-zoom-full]");
  let here = 0;

  const setFull = (isFull) => {
    stage.classList.toggle("is-full", isFull);
    full.setAttribute("aria-pressed", String(isFull));
    if (!isFull) return;
    stage.scrollTo({ left: way * (stage.scrollWidth - stage.clientWidth) / 2, top: (stage.scrollHeight - stage.clientHeight) / 2 });
  };
  const show = (index) => {
    here = (index + large.length) % large.length;
    const source = large[here].querySelector("img");
    const picture = document.createElement("img");
    picture.src = large[here].href;
    for (const name of ["alt", "width", "height"]) picture.setAttribute(name, source.getAttribute(name));
    picture.addEventListener("click", () => setFull(!stage.classList.contains("is-full")));
    stage.replaceChildren(picture);
    setFull(false);
    words.textContent = large.length > 1 ? `${here + 1} / ${large.length}: ${picture.alt}` : picture.alt;
    scrollTo(here);
  };
  large.forEach((link, index) =>
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(index);
      dialog.showModal();
      stage.focus();
    }),
  );
  dialog.querySelectorAll("[data-zoom-step]").forEach((button) =>
    button.addEventListener("click", () => show(here + Number(button.dataset.zoomStep))),
  );
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -way, ArrowRight: way }[event.key];
    if (!step || large.length < 2 || stage.classList.contains("is-full")) return;
    event.preventDefault();
    show(here + step);
  });
  full.addEventListener("click", () => setFull(!stage.classList.contains("is-full")));
  dialog.querySelector("[data-zoom-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === stage && dialog.close());
  dialog.addEventListener("close", () => {
    stage.replaceChildren();
    large[here].focus();
  });
})();
