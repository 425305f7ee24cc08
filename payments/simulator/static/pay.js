// Comfort only: the page works without this file.
"use strict";

(function () {
  const form = document.getElementById("payment-form");
  if (!form) return;
  const field = (name) => form.elements.namedItem(name);

  function grouped(text) {
    const digits = text.replace(/\D/g, "").slice(0, 19);
    if (/^3[47]/.test(digits)) return digits.replace(/^(\d{4})(\d{1,6})?(\d{1,5})?.*$/, join);
    return digits.replace(/(\d{4})(?=\d)/g, "$1 ");
  }

  function join(_, first, second, third) {
    return [first, second, third].filter(Boolean).join(" ");
  }

  function dated(text) {
    let digits = text.replace(/\D/g, "").slice(0, 4);
    if (/^[2-9]$/.test(digits)) digits = "0" + digits;
    return digits.length > 2 ? digits.slice(0, 2) + " / " + digits.slice(2) : digits;
  }

  // Formats while typing at the end; editing in the middle is left alone, so that the caret never jumps.
  function format(input, how) {
    input.addEventListener("input", function (event) {
      const atEnd = input.selectionStart === input.value.length;
      if (atEnd && !(event.inputType || "").startsWith("delete")) input.value = how(input.value);
    });
  }

  if (field("number")) format(field("number"), grouped);
  if (field("expiry")) format(field("expiry"), dated);

  function fillIn(name, value, always) {
    const input = field(name);
    if (input && (always || !input.value)) input.value = value;
  }

  form.addEventListener("click", function (event) {
    const button = event.target.closest("button[name=fill]");
    if (!button) return;
    event.preventDefault();
    fillIn("number", grouped(button.value), true);
    fillIn("expiry", "12 / " + String((new Date().getFullYear() + 4) % 100).padStart(2, "0"), false);
    fillIn("cvc", button.value.startsWith("3") ? "1234" : "123", true);
    fillIn("name", "Test Customer", false);
    fillIn("postal_code", "10115", false);
    field("number").focus();
  });

  // Another delivery, another total: let the server work it out.
  form.addEventListener("change", function (event) {
    if (event.target.name !== "rate") return;
    const choose = document.createElement("input");
    choose.type = "hidden";
    choose.name = "choose";
    choose.value = "1";
    form.append(choose);
    form.submit();
  });

  // One click pays once; coming back with the browser's button makes the button work again.
  const pay = form.querySelector(".submit .button");
  form.addEventListener("submit", function (event) {
    if (event.submitter && event.submitter.name === "fill") return;
    if (pay.getAttribute("aria-disabled") === "true") event.preventDefault();
    pay.setAttribute("aria-disabled", "true");
    pay.classList.add("is-busy");
  });
  window.addEventListener("pageshow", function () {
    pay.removeAttribute("aria-disabled");
    pay.classList.remove("is-busy");
  });

  // On a narrow screen the card form comes first: the order is one tap away.
  const order = document.querySelector(".order");
  if (order && window.matchMedia("(max-width: 59.99rem)").matches) order.removeAttribute("open");
})();
