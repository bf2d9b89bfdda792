"use strict";
// The page is whole without this script: it adds a light and dark switch, shows both sides of a mark together, and
// takes the contents of long folds out of their noscript when they are opened (mtqe/report/folds.py).
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

  const fill = (fold) => {
    const template = document.createElement("template");
    template.innerHTML = fold.textContent;
    fold.replaceWith(template.content);
  };
  document.addEventListener("toggle", (event) => {
    const fold = event.target.open && event.target.querySelector(":scope > noscript.fold");
    if (fold) fill(fold);
  }, true);

  // A link into a folded text opens it.
  const unfold = () => {
    if (location.hash.length < 2 || location.hash.startsWith("#segments?")) return;
    const id = decodeURIComponent(location.hash.slice(1));
    const folds = [...document.querySelectorAll("noscript.fold")];
    const inside = folds.find((fold) => fold.textContent.includes(` id="${id}"`));
    if (inside) fill(inside);
    const target = document.getElementById(id);
    for (let fold = target && target.closest("details"); fold; fold = fold.parentElement.closest("details")) {
      fold.open = true;
    }
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  unfold();
})();
