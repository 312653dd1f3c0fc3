/* A row beside its list. J and K walk, Esc closes, Enter opens the row's own page; the links do the same without this.
   A button in the panel may have a key of its own (data-key), which goes first; with data-sure the key only leads to it. */
"use strict";
(() => {
  const narrow = matchMedia("(width < 52rem)");
  const panelOf = (list) => list && list.querySelector("[data-peek-panel]");
  const open = () => document.querySelector("[data-peek-panel]:not([hidden])");
  const listOf = (part) => part.closest("[data-list]");
  const rowsOf = (list) => [...list.querySelectorAll("tr[data-peek]")];
  const currentOf = (list) => list.querySelector("tr[aria-current]");
  const busy = (event) => event.target.closest("a, button, input, label, summary, select, textarea");
  const typing = (target) => target instanceof Element && target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open], [role=dialog]");

  const mark = (list) => {
    const at = new URL(location.href).searchParams.get("peek");
    for (const row of rowsOf(list)) {
      const is = at !== null && new URL(row.querySelector("[data-peek-open]").href).searchParams.get("peek") === at;
      if (is) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
    const row = currentOf(list);
    if (row) row.scrollIntoView({ block: "nearest" });
  };
  const show = (row) => row.querySelector("[data-peek-open]").click();
  const close = (panel) => {
    const list = listOf(panel);
    const row = currentOf(list);
    panel.hidden = true;
    panel.replaceChildren();
    const url = new URL(location.href);
    url.searchParams.delete("peek");
    history.replaceState(history.state, "", url);
    for (const one of rowsOf(list)) one.removeAttribute("aria-current");
    const back = row && row.querySelector("[data-peek-open]");
    if (back) back.focus({ preventScroll: true });
  };
  const step = (list, by) => {
    const rows = rowsOf(list);
    const focused = document.activeElement.closest("tr[data-peek]");
    const at = rows.indexOf(currentOf(list) || focused);
    const next = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
    if (next && next !== currentOf(list)) show(next);
  };

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const shut = event.target.closest("[data-peek-close]");
    if (shut) {
      event.preventDefault();
      return close(shut.closest("[data-peek-panel]"));
    }
    const row = event.target.closest("tr[data-peek]");
    if (!row || busy(event) || getSelection().toString()) return;
    if (narrow.matches) row.querySelector("a[href]").click();
    else show(row);
  });

  /* Escape and Enter are no single-letter keys: they stay when those are switched off. */
  document.addEventListener("keydown", (event) => {
    const up = event.shiftKey && event.key === "J";
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || (event.shiftKey && !up) || typing(event.target)) return;
    const panel = open();
    if (panel && event.key === "Escape" && !document.querySelector("details[data-menu][open]")) return close(panel);
    if (panel && event.key === "Enter" && !busy(event) && panel.dataset.href) return location.assign(panel.dataset.href);
    if (document.documentElement.dataset.keys === "off") return;
    const own = panel && panel.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (own) return "sure" in own.dataset ? own.focus() : own.click();
    if (!up && event.key !== "j" && event.key !== "k") return;
    const list = panel ? listOf(panel) : document.querySelector("[data-list]:has(tr[data-peek])");
    if (list) step(list, event.key === "j" ? 1 : -1);
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target.matches("[data-peek-panel]")) event.detail.target.setAttribute("aria-busy", "true");
  });
  /* The row is current, and a reader hears the panel's title. */
  document.addEventListener("htmx:afterSettle", (event) => {
    const panel = event.target.closest("[data-peek-panel]");
    if (!panel || panel.hidden) return;
    mark(listOf(panel));
    panel.querySelector("h2").focus({ preventScroll: true });
  });
})();
