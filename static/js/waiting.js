// The page looks again by itself while it is in view; without this file a refresh in its head does the same.
(() => {
  "use strict";
  const look = () => {
    if (document.visibilityState === "visible") location.reload();
  };
  setTimeout(look, 10000);
  document.addEventListener("visibilitychange", look);
})();
