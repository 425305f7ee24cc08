// The order of a product's pictures: dragged by the mouse, moved by arrow keys, or typed as a number. Dragging only
// writes those numbers; without this file they are typed.
(() => {
  "use strict";
  const start = () => {
    const group = document.getElementById("images-group");
    if (!group) return;
    const rows = () => [...group.querySelectorAll("tr.form-row.has_original")];
    const numberOf = (row) => row.querySelector('input[name$="-position"]');
    const grips = [...group.querySelectorAll("[data-grip]")].filter((grip) => numberOf(grip.closest("tr")));
    if (grips.length < 2) return;
    const told = document.createElement("p");
    told.className = "told";
    told.setAttribute("role", "status");
    group.append(told);

    const number = () =>
      rows().forEach((row, index) => {
        numberOf(row).value = index + 1;
      });
    const tell = (row) => {
      const place = rows().indexOf(row) + 1;
      told.textContent = row.querySelector("[data-grip]").dataset.told.replace("%", place);
    };
    let moving = null;

    for (const grip of grips) {
      const row = grip.closest("tr");
      grip.hidden = false;
      grip.draggable = true;
      grip.addEventListener("dragstart", (event) => {
        moving = row;
        row.classList.add("is-moving");
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", "");
        event.dataTransfer.setDragImage(row, 20, 20);
      });
      grip.addEventListener("dragend", () => {
        row.classList.remove("is-moving");
        moving = null;
        number();
        tell(row);
      });
      row.addEventListener("dragover", (event) => {
        if (!moving) return;
        event.preventDefault();
        if (row === moving) return;
        const { top, height } = row.getBoundingClientRect();
        if (event.clientY < top + height / 2) row.before(moving);
        else row.after(moving);
      });
      row.addEventListener("drop", (event) => moving && event.preventDefault());
      grip.addEventListener("keydown", (event) => {
        const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
        if (!step) return;
        event.preventDefault();
        const there = rows()[rows().indexOf(row) + step];
        if (!there) return;
        if (step < 0) there.before(row);
        else there.after(row);
        number();
        grip.focus();
        tell(row);
      });
    }
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
