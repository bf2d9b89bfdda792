"use strict";
// The page is whole without this script: it adds a light and dark switch, and shows both sides of a mark together.
(() => {
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const dark = () => getComputedStyle(root).colorScheme.includes("light")
    ? matchMedia("(prefers-color-scheme: dark)").matches && !root.dataset.theme
    : root.dataset.theme === "dark";
  const label = () => { button.textContent = dark() ? "Light page" : "Dark page"; };
  button.hidden = false;
  button.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; label(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", label);
  label();

  const marksOf = (target) => {
    const mark = target instanceof Element && target.closest(".mark[data-mark]");
    return mark ? mark.dataset.mark.split(" ") : [];
  };
  const light = (names, on) => {
    for (const name of names) {
      for (const mark of document.querySelectorAll(`.mark[data-mark~="${CSS.escape(name)}"]`)) {
        mark.classList.toggle("lit", on);
      }
    }
  };
  for (const [start, end] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
    document.addEventListener(start, (event) => light(marksOf(event.target), true));
    document.addEventListener(end, (event) => light(marksOf(event.target), false));
  }

  // A link into a folded text opens it.
  const unfold = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let fold = target && target.closest("details"); fold; fold = fold.parentElement.closest("details")) {
      fold.open = true;
    }
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  if (location.hash) unfold();
})();
