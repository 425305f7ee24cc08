// The page looks again by itself while it is in view; without this file a refresh in its head does the same.
(() => {
  const look = () => document.visibilityState === "visible" && location.reload();
  setTimeout(look, 3000);
  document.addEventListener("visibilitychange", look);
})();
