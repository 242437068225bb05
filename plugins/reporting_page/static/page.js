// What a page cannot do without a script: follow Airflow's theme, leave Airflow's frame, pick all cases at once.
// Without it, all else works.
"use strict";

const theme = localStorage.getItem("theme");
if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;

// Airflow shows the page in a frame that may not lead elsewhere; a link to Airflow's own pages is followed outside of it.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-airflow]");
  if (!link || window.parent === window) return;
  event.preventDefault();
  const outside = window.parent.document.createElement("a");
  outside.href = link.href;
  window.parent.document.body.append(outside);
  outside.click();
  outside.remove();
});

document.addEventListener("change", (event) => {
  if (event.target.id !== "pick-all") return;
  for (const box of document.querySelectorAll("input[name=case]")) box.checked = event.target.checked;
});
