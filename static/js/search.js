// The search field as a combobox (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/): htmx brings the options, this
// file opens and closes their list and moves through it by keys. Without it the field is a plain form's.
(() => {
  "use strict";
  const field = document.getElementById("site-search");
  const list = document.getElementById("site-search-list");
  const status = document.getElementById("site-search-status");
  if (!field || !list || !status) return;

  let chosen = -1;
  const options = () => [...list.querySelectorAll("[role=option]")];
  const isOpen = () => !list.hidden;

  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");

  const choose = (place) => {
    chosen = place;
    options().forEach((option, number) => {
      option.setAttribute("aria-selected", String(number === place));
      if (number !== place) return;
      field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    });
    if (place < 0) field.removeAttribute("aria-activedescendant");
  };

  const show = (open) => {
    list.hidden = !open;
    field.setAttribute("aria-expanded", String(open));
    choose(-1);
  };

  const say = () => {
    const count = options().length;
    status.textContent = count ? status.dataset.some.replace("0", count) : "";
  };

  list.addEventListener("htmx:afterSwap", () => {
    const hasFocus = document.activeElement === field;
    show(hasFocus && options().length > 0);
    if (hasFocus) say();
  });

  const move = (step) => {
    const count = options().length;
    if (!count) return;
    if (!isOpen()) show(true);
    // Beyond either end lies the field itself.
    choose(((chosen + 1 + step + count + 1) % (count + 1)) - 1);
  };

  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!options().length) return;
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape" && isOpen()) {
      event.preventDefault();
      show(false);
    } else if (event.key === "Enter" && isOpen() && chosen >= 0) {
      event.preventDefault();
      options()[chosen].click();
    } else if (event.key === "Tab") {
      show(false);
    }
  });

  field.addEventListener("input", () => {
    if (field.value.trim().length < 2) {
      list.replaceChildren();
      show(false);
      say();
    }
  });
  field.addEventListener("blur", () => show(false));
  field.form.addEventListener("submit", () => show(false));
  // A press on an option must not take the focus from the field, which would close the list before the click.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("mousedown", (event) => event.preventDefault());
})();
