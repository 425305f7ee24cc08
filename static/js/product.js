// The product page without reloading: a picked size shows its own price, stock and facts, and what is left is looked
// up again while the page is in view. Without this file the chips say the same, as of when the page was made.
(() => {
  "use strict";
  const form = document.querySelector("[data-buy]");
  if (!form) return;
  const page = form.closest("[data-product]");
  const inputs = [...form.querySelectorAll('input[name="variant"]')];
  const button = form.querySelector("button[data-add]");
  const stock = form.querySelector("p[data-stock]");
  const quantity = form.querySelector("[data-quantity]");
  const place = page.querySelector("[data-stock-now]");
  const announce = form.querySelector("[data-announce]");
  const problem = form.querySelector("[data-problem]");
  const tooMany = form.querySelector("[data-too-many]");
  const delivery = () => form.querySelector("[data-delivery]");
  const picked = () => inputs.find((one) => one.type === "hidden" || one.checked);
  const isThere = (one) => Number(one.dataset.most) > 0;

  // --- what is picked -----------------------------------------------------------------------------
  const show = () => {
    const one = picked();
    if (one) {
      for (const name of ["price", "was", "lowest", "weight", "origin", "sku"]) {
        const part = page.querySelector(`[data-${name}]:not(input)`);
        if (part && part.textContent !== one.dataset[name]) part.textContent = one.dataset[name];
      }
      if (stock.textContent !== one.dataset.stock) stock.textContent = one.dataset.stock;
      stock.className = `stock stock-${one.dataset.state}`;
      delivery().hidden = !delivery().dataset.day || !["in", "low"].includes(one.dataset.state);
    }
    const most = one ? Number(one.dataset.most) : Math.max(...inputs.map((each) => Number(each.dataset.most)));
    const canBeBought = most > 0;
    quantity.hidden = !canBeBought;
    quantity.max = Math.max(most, 1);
    if (canBeBought && Number(quantity.value) > most) capQuantity(most);
    // Not `disabled`: a button that somebody stands on would drop their focus.
    button.disabled = false;
    button.setAttribute("aria-disabled", String(!canBeBought));
    const words = canBeBought ? button.dataset.add : button.dataset.out;
    if (button.textContent !== words) button.textContent = words;
    for (const input of inputs) dress(input);
    showBar(one, canBeBought);
  };

  // --- the bar of a phone -------------------------------------------------------------------------
  const bar = page.querySelector("[data-buy-bar]");
  let isButtonSeen = true;
  const showBar = (one, canBeBought) => {
    const press = bar.querySelector("button");
    bar.hidden = isButtonSeen || !canBeBought;
    press.textContent = one ? press.dataset.add : press.dataset.choose;
    bar.querySelector("[data-bar-price]").textContent = page.querySelector("[data-price]:not(input)").textContent;
  };

  // A size that is gone cannot be picked any more; whoever has it picked, or stands on it, keeps their place.
  const dress = (input) => {
    if (input.type !== "radio") return;
    input.disabled = !isThere(input) && !input.checked && input !== document.activeElement;
    const note = form.querySelector(`label[for="${input.id}"] [data-note]`);
    note.className = `choice-note choice-${input.dataset.state}`;
    note.textContent = input.dataset.note;
    note.hidden = !input.dataset.note;
  };

  const complain = (words) => {
    if (!problem) return;
    problem.hidden = !words;
    problem.textContent = words;
  };

  // No more is asked for than there is, and never in silence.
  const capQuantity = (most) => {
    quantity.value = most;
    tooMany.textContent = tooMany.dataset.tooMany.replace("{most}", most);
    tooMany.hidden = false;
  };

  quantity.addEventListener("input", () => (tooMany.hidden = true));
  form.addEventListener("change", (event) => {
    if (event.target.name !== "variant") return;
    complain("");
    tooMany.hidden = true;
    show();
  });
  form.addEventListener(
    "invalid",
    (event) => {
      if (event.target === quantity && quantity.validity.rangeOverflow) {
        event.preventDefault();
        capQuantity(Number(quantity.max));
        quantity.focus();
        return;
      }
      if (event.target.name !== "variant") return;
      event.preventDefault();
      complain(problem.dataset.problem);
      (inputs.find((one) => !one.disabled) || button).focus();
    },
    true,
  );
  // Before htmx hears of it: what is sold out is not asked for.
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target !== form || button.getAttribute("aria-disabled") !== "true") return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );

  // --- what is left -------------------------------------------------------------------------------
  const EVERY = 15000;
  let asked = Date.now();
  let isGone = false;
  const look = () => {
    if (document.visibilityState !== "visible" || isGone) return;
    asked = Date.now();
    window.htmx.trigger(place, "look");
  };
  setInterval(look, EVERY);
  document.addEventListener("flash-changed", look);
  document.addEventListener("visibilitychange", () => Date.now() - asked > 1000 && look());
  window.addEventListener("pageshow", (event) => event.persisted && look());

  const take = (input, now) => {
    const said = input.dataset.stock;
    Object.assign(input.dataset, now);
    const label = input.dataset.label;
    // The line of stock says itself what is picked.
    return said !== now.stock && input !== picked() ? `${label ? `${label}: ` : ""}${now.stock}` : "";
  };
  const gone = { state: "out", stock: stock.dataset.gone, note: stock.dataset.gone, most: "0" };
  const update = (known) => {
    const told = inputs.map((input) => {
      const now = known.get(input.value);
      return take(input, now ? { ...now } : gone);
    });
    show();
    const words = told.filter(Boolean).join(", ");
    if (words) announce.textContent = words;
  };
  place.addEventListener("htmx:afterSwap", () => {
    const found = [...place.querySelectorAll("data")];
    update(new Map(found.map((one) => [one.getAttribute("value"), one.dataset])));
    renewDelivery(place.querySelector("[data-day]").dataset.day);
  });
  place.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status !== 404) return;
    isGone = true;
    update(new Map());
  });

  // The page was made yesterday: its days of delivery are those of yesterday's orders.
  let renewed = delivery().dataset.day;
  const renewDelivery = (day) => {
    if (!renewed || day === renewed) return;
    renewed = day;
    const answer = window.htmx.ajax("GET", window.location.pathname, {
      source: place,
      target: "#delivery",
      select: "#delivery",
      swap: "outerHTML",
    });
    answer.then(show);
  };

  if ("IntersectionObserver" in window) {
    document.documentElement.classList.add("has-buy-bar");
    new IntersectionObserver(([entry]) => {
      isButtonSeen = entry.isIntersecting;
      show();
    }).observe(button);
  }

  // A browser that comes back to the page keeps the size that was picked.
  show();
})();
