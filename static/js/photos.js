// Forms with photos: says beforehand what is too much, and shows how far an upload is. Without this file the browser
// sends the form as any other.
(() => {
  "use strict";
  const MB = 1_000_000;
  const fieldOf = (form) => form.querySelector(".photos-field");
  const say = (field, words) => {
    field.querySelector(".photos-problem").textContent = words;
    const input = field.querySelector("input");
    if (words) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  };

  const whyNot = (field) => {
    const files = [...field.querySelector("input").files];
    const { most, mostMb, mostTogether, tooMany, tooLarge, tooMuch } = field.dataset;
    const large = files.find((file) => file.size > Number(mostMb) * MB);
    if (files.length > Number(most)) return tooMany;
    if (large) return `${tooLarge} ${large.name}`;
    return files.reduce((sum, file) => sum + file.size, 0) > (Number(mostTogether) - 1) * MB ? tooMuch : "";
  };

  const show = (field, words, part) => {
    const place = field.querySelector(".photos-progress");
    place.hidden = false;
    place.querySelector("[data-progress-words]").textContent = part === null ? words : `${words} ${part} %`;
    const bar = place.querySelector("progress");
    if (part === null) bar.removeAttribute("value");
    else bar.value = part;
    // Told in quarters: a voice that counts to a hundred is no help.
    const said = field.querySelector("[data-progress-said]");
    const told = part === null ? words : `${words} ${Math.floor(part / 25) * 25} %`;
    if (said.textContent !== told) said.textContent = told;
  };

  const end = (form, words) => {
    const field = fieldOf(form);
    field.querySelector(".photos-progress").hidden = true;
    field.querySelector("[data-progress-said]").textContent = "";
    for (const button of form.querySelectorAll("[type=submit]")) button.disabled = false;
    delete form.dataset.isSending;
    say(field, words);
  };

  // A page that shows the form again stands in for this one; of any other page its words are shown beside the field.
  const take = (form, answer) => {
    const main = new DOMParser().parseFromString(answer.responseText, "text/html").querySelector("main");
    if (!main || !main.querySelector("form[data-photos]")) {
      const words = main && main.querySelector("h1 ~ p");
      return end(form, words ? words.textContent.trim() : fieldOf(form).dataset.failed);
    }
    // The photos that were chosen stay chosen, and what htmx looks after, it looks after there too.
    const anew = main.querySelector("form[data-photos] .photos-field input");
    if (anew) anew.replaceWith(fieldOf(form).querySelector("input"));
    document.querySelector("main").replaceWith(main);
    if (window.htmx) window.htmx.process(main);
    const places = ["[data-focus]", "[role=alert]:not(:empty)", "[aria-invalid]", "h1"];
    const first = places.map((place) => main.querySelector(place)).find(Boolean);
    if (first) {
      if (first.tabIndex < 0) first.tabIndex = -1;
      first.focus();
    }
  };

  const send = (form, button) => {
    const field = fieldOf(form);
    const body = new FormData(form, button);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Upload-Watched", "1");
    request.upload.addEventListener("progress", (event) => {
      const part = event.lengthComputable ? Math.round((event.loaded / event.total) * 100) : null;
      show(field, field.dataset.sending, part);
    });
    request.upload.addEventListener("load", () => show(field, field.dataset.working, null));
    request.addEventListener("error", () => end(form, field.dataset.failed));
    request.addEventListener("load", () => {
      const address = request.getResponseHeader("X-Location");
      if (!address) return take(form, request);
      // The same page with another fragment would not be loaded again.
      const target = new URL(address, location.href);
      if (target.pathname === location.pathname && target.search === location.search) {
        history.replaceState(null, "", target);
        location.reload();
      } else location.assign(target);
    });
    form.dataset.isSending = "1";
    for (const each of form.querySelectorAll("[type=submit]")) each.disabled = true;
    show(field, field.dataset.sending, 0);
    request.send(body);
  };

  document.addEventListener("change", (event) => {
    const field = event.target.closest && event.target.closest(".photos-field");
    if (field) say(field, whyNot(field));
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const field = form.matches("form[data-photos]") && fieldOf(form);
    if (!field || event.defaultPrevented) return;
    const words = whyNot(field);
    if (words || form.dataset.isSending) event.preventDefault();
    if (words) {
      say(field, words);
      field.querySelector("input").focus();
    } else if (!form.dataset.isSending && field.querySelector("input").files.length) {
      event.preventDefault();
      send(form, event.submitter);
    }
  });

  // Back from the page behind: the form may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-photos][data-is-sending]")) end(form, "");
  });
})();
