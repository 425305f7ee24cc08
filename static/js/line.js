// Counts down to one's turn and then sends what was typed; without this file a frame counts and a button sends.
(() => {
  "use strict";
  const line = document.querySelector("[data-line]");
  const form = document.querySelector("[data-line-form]");
  if (!line || !form) return;
  const words = line.querySelector("[data-line-words]");
  const turn = Date.now() + Number(line.dataset.seconds) * 1000;
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const tick = () => {
    const left = Math.ceil((turn - Date.now()) / 1000);
    if (left <= 0) {
      words.textContent = line.dataset.now;
      form.submit();
      return;
    }
    if (left < 60 || left % 15 === 0) words.textContent = line.dataset.soon.replace("{time}", clock(left));
    setTimeout(tick, 1000);
  };
  setTimeout(tick, 1000);
})();
