// The scan desk without waiting: what a reader types while an answer is under way is kept and sent in its turn. Without
// this file each scan is a form that is sent, and everything works.
(() => {
  "use strict";
  const form = document.getElementById("scan-form");
  const input = document.getElementById("scan-input");
  const told = document.getElementById("scan-told");
  if (!form || !input || !window.fetch) return;
  const waiting = [];
  let isBusy = false;

  // A low tone for what went wrong: people look at the shelf, not at the page.
  const growl = () => {
    if (!window.AudioContext) return;
    const sound = new AudioContext();
    const tone = sound.createOscillator();
    tone.type = "square";
    tone.frequency.value = 160;
    tone.connect(sound.destination);
    tone.start();
    tone.stop(sound.currentTime + 0.35);
    tone.addEventListener("ended", () => sound.close());
  };

  const show = (page, address) => {
    const state = page.getElementById("scan-state");
    if (!state) return location.assign(address); // signed out, or a page that says what is wrong
    document.getElementById("scan-state").replaceWith(state);
    document.title = page.title;
    form.action = address;
    form.elements.key.value = state.dataset.key;
    history.replaceState(null, "", address);
    const said = state.querySelector("[data-tone]");
    told.textContent = said && said.dataset.tone !== "error" ? said.textContent : "";
    if (said && said.dataset.tone === "error") growl();
    if (document.activeElement === document.body) input.focus();
  };

  // The same scan is sent again after a reload only by whoever scans it: a lost answer may have been a booked one.
  const lose = () => {
    waiting.length = 0;
    const words = document.createElement("p");
    words.className = "scan-said is-error";
    words.setAttribute("role", "alert");
    words.textContent = "No answer. Look whether the network is there, then scan again.";
    document.getElementById("scan-state").prepend(words);
    growl();
  };

  const work = async () => {
    if (isBusy) return;
    isBusy = true;
    while (waiting.length) {
      const [name, text] = waiting.shift();
      const body = new FormData(form);
      body.delete("scan");
      body.set(name, text);
      try {
        const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
        if (!answer.ok) throw new Error(String(answer.status));
        show(new DOMParser().parseFromString(await answer.text(), "text/html"), answer.url);
      } catch {
        lose();
      }
    }
    isBusy = false;
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    waiting.push(button && button.name ? [button.name, button.value] : ["scan", input.value]);
    input.value = "";
    input.focus();
    work();
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const shortcut = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
    if (shortcut) {
      event.preventDefault();
      shortcut.click();
    } else if (event.key === "Escape") {
      input.value = "";
      input.focus();
    } else if (event.key.length === 1 && event.key !== " " && document.activeElement !== input) {
      input.focus(); // a reader has begun to type
    }
  });
  input.focus();
})();
