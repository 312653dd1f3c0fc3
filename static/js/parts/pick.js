/* Picking rows: all of the page, a range with shift, the current one with X. The boxes and the bar work without this. */
"use strict";
(() => {
  const boxes = (list) => [...list.querySelectorAll('tbody [name="row"]')];
  let last = null;

  const show = (list) => {
    const all = boxes(list);
    const picked = all.filter((box) => box.checked).length;
    const bar = list.querySelector("[data-picked]");
    if (bar) bar.textContent = String(picked);
    const head = list.querySelector("[data-pick-all]");
    if (!head) return;
    head.hidden = !all.length;
    head.checked = all.length > 0 && picked === all.length;
    head.indeterminate = picked > 0 && picked < all.length;
  };
  const ready = (root) => {
    for (const list of root.querySelectorAll("[data-list]:has([data-pick-all])")) show(list);
  };

  document.addEventListener("click", (event) => {
    const box = event.target instanceof Element && event.target.closest('tbody [name="row"]');
    if (!box) return;
    const all = boxes(box.closest("[data-list]"));
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      for (const one of all.slice(from, to + 1)) one.checked = box.checked;
    }
    last = box;
  });
  document.addEventListener("change", (event) => {
    const list = event.target.closest("[data-list]");
    if (!list) return;
    if (event.target.matches("[data-pick-all]")) for (const box of boxes(list)) box.checked = event.target.checked;
    if (event.target.matches('[data-pick-all], [name="row"]')) show(list);
  });
  document.addEventListener("reset", (event) => {
    if (event.target.matches("[data-bulk]")) setTimeout(() => show(event.target.closest("[data-list]")));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey || document.documentElement.dataset.keys === "off") return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open]")) return;
    const row = document.querySelector("tr[aria-current]") || document.activeElement.closest("tr");
    const box = row && row.querySelector('[name="row"]');
    if (box) box.click();
  });
  document.addEventListener("htmx:afterSettle", () => ready(document));
  window.addEventListener("pageshow", () => ready(document));
})();
