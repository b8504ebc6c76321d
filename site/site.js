// What readers of screens and keyboards miss in the theme: names, and a way to scroll wide tables and code.
function mend() {
  document.querySelector(".md-search")?.setAttribute("aria-label", "Search");
  for (const e of document.querySelectorAll(".md-version__current[aria-label]")) e.removeAttribute("aria-label");
  for (const e of document.querySelectorAll(".md-typeset__scrollwrap, .md-typeset pre > code")) if (e.tabIndex < 0) e.tabIndex = 0;
}
new MutationObserver(mend).observe(document.body, { childList: true, subtree: true });
mend();
