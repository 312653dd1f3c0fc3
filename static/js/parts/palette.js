/* Ctrl+K finds, "?" tells the keys, "g" and a letter go. Without this file both are pages behind their links. */
"use strict";
(() => {
  const palette = document.getElementById("palette");
  const sheet = document.getElementById("keys");
  if (!palette || !sheet) return;
  const field = palette.querySelector("input");
  const typing = (target) => target instanceof Element && target.closest("input, textarea, select, [contenteditable]");
  let opener = null;
  const open = (dialog, focus) => {
    if (document.querySelector("dialog[open]")) return;
    opener = document.activeElement;
    dialog.showModal();
    focus.focus();
  };
  for (const dialog of [palette, sheet]) dialog.addEventListener("close", () => opener && opener.focus());
  const find = () => {
    open(palette, field);
    field.select();
    window.htmx.trigger(field, "palette-opened");
  };
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || event.ctrlKey || event.metaKey) return;
    if (event.target.closest("[data-palette]")) find();
    else if (event.target.closest("[data-keys]")) open(sheet, sheet.querySelector("h2"));
    else return;
    event.preventDefault();
  });

  /* Arrows walk through the hits, Enter follows the first one while the field has the focus. */
  palette.addEventListener("keydown", (event) => {
    const hits = [...palette.querySelectorAll("[data-hit]")];
    const at = hits.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && hits.length) {
      event.preventDefault();
      const next = at + step;
      (next < 0 ? field : hits[Math.min(next, hits.length - 1)]).focus();
    } else if (event.key === "Enter" && at < 0 && hits.length) {
      event.preventDefault();
      hits[0].click();
    }
  });

  const places = { a: "/assistants/", t: "/traces/", n: "/" };
  let going = 0;
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      return find();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "?") return open(sheet, sheet.querySelector("h2"));
    if (event.key === "g") return void (going = Date.now());
    const link = Date.now() - going < 1500 && places[event.key] && document.querySelector(`.rail a[href="${places[event.key]}"]`);
    going = 0;
    if (link) link.click();
  });
})();
