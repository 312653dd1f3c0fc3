/* Delegated listeners only: nothing inline, nothing evaluated, everything works without this file but copying. */
"use strict";
(() => {
  const on = (type, selector, act) =>
    document.addEventListener(type, (event) => {
      const found = event.target instanceof Element ? event.target.closest(selector) : null;
      if (found) act(found, event);
    });
  const typing = (target) => target instanceof Element && target.closest("input, textarea, select, [contenteditable]");

  /* Copy: the icon says it worked; a reader hears it through the status region. */
  const copied = (button) => {
    button.dataset.copied = "";
    const label = button.querySelector("span");
    const before = label ? label.textContent : "";
    if (label) label.textContent = document.documentElement.dataset.copiedWord || "Copied";
    setTimeout(() => {
      delete button.dataset.copied;
      if (label) label.textContent = before;
    }, 1600);
  };
  const copy = async (button, text) => {
    await navigator.clipboard.writeText(text);
    copied(button);
  };
  on("click", "[data-copy]", (button) => copy(button, button.dataset.copy));
  on("click", "[data-copy-code]", (button) => {
    const shown = button.closest("[data-tabs]").querySelector("pre:not([hidden])");
    copy(button, shown.textContent);
  });

  /* Tabs of a code sample. */
  const choose = (tab) => {
    for (const other of tab.parentElement.children) {
      const is = other === tab;
      other.setAttribute("aria-selected", String(is));
      other.tabIndex = is ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = !is;
    }
  };
  on("click", "[role=tab]", choose);
  on("keydown", "[role=tab]", (tab, event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = [...tab.parentElement.children];
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
    choose(next);
    next.focus();
  });

  /* Dialogs: focus starts on the title, returns to the opener. */
  const commands = "commandForElement" in HTMLButtonElement.prototype;
  on("click", "[data-dialog]", (button) => {
    const dialog = document.getElementById(button.dataset.dialog);
    // The button's own command opens it after this click, in browsers that know commands; it works without this file too.
    if (!commands && !dialog.open) dialog.showModal();
    setTimeout(() => dialog.querySelector("h2").focus());
    dialog.addEventListener("close", () => button.focus(), { once: true });
  });
  on("click", "[data-close]", (button) => {
    if (!commands || !button.hasAttribute("commandfor")) button.closest("dialog").close();
  });
  on("click", "dialog", (dialog, event) => {
    if (event.target === dialog) dialog.close();
  });

  /* Menus made of details: one open at a time, closed by Esc and by a click elsewhere. */
  const closeMenus = (but) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) if (menu !== but) menu.open = false;
  };
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details[data-menu]")));

  /* Theme: a cookie, so that the server draws the first frame right. */
  on("click", "[data-theme-set]", (button) => {
    const theme = button.dataset.themeSet;
    // "system" is a choice too: without a cookie the profile's colours hold.
    document.cookie = `theme=${theme || "system"};path=/;SameSite=Lax;max-age=31536000`;
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    for (const other of button.parentElement.children) other.setAttribute("aria-pressed", String(other === button));
  });

  /* Toasts leave after 6 s, wait while somebody reads them; failures stay. */
  const leave = (toast) => {
    if (toast.matches(":hover, :focus-within")) return setTimeout(leave, 2000, toast);
    toast.dataset.going = "";
    return setTimeout(() => toast.remove(), 300);
  };
  for (const toast of document.querySelectorAll("[data-toast]:not(.toast-failed)")) setTimeout(leave, 6000, toast);
  on("click", "[data-dismiss]", (button) => button.closest("[data-toast]").remove());

  /* A form is sent once; the label stays, the width too. */
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || event.defaultPrevented || event.target.method !== "post") return;
    button.setAttribute("aria-busy", "true");
    setTimeout(() => (button.disabled = true));
  });
  window.addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("button[aria-busy]")) {
      button.removeAttribute("aria-busy");
      button.disabled = false;
    }
  });
  const wrong = document.querySelector("[data-focus]");
  if (wrong) wrong.focus();

  /* Six digits drawn as six boxes over one input. */
  const draw = (input) => {
    const boxes = input.nextElementSibling.children;
    input.value = input.value.replace(/[^0-9]/g, "").slice(0, 6);
    const at = Math.min(input.value.length, 5);
    [...boxes].forEach((box, index) => {
      box.textContent = input.value[index] || "";
      box.classList.toggle("now", index === at);
    });
  };
  for (const input of document.querySelectorAll("[data-code]")) {
    if (!input.nextElementSibling) continue;
    input.parentElement.classList.add("digits-drawn");
    draw(input);
    input.addEventListener("input", () => draw(input));
    input.addEventListener("focus", () => input.setSelectionRange(6, 6));
  }

  /* A ticked box that lets a button work: data-needs holds the box's id. */
  const needs = () => {
    for (const button of document.querySelectorAll("[data-needs]"))
      button.disabled = !document.getElementById(button.dataset.needs).checked;
  };
  document.addEventListener("change", needs);
  needs();

  /* A secret that is shown once: leaving before the tick asks once. Forms of the page may go (revoking). */
  if (document.querySelector("[data-once]")) {
    let sent = false;
    document.addEventListener("submit", () => (sent = true));
    window.addEventListener("beforeunload", (event) => {
      const button = document.querySelector("[data-needs]");
      if (!sent && button && button.disabled) event.preventDefault();
    });
  }

  /* Lists: a row is a link; J, K, Enter walk it; "/" goes to the search. */
  on("click", "tr[data-href]:not([data-peek])", (row, event) => {
    if (event.target.closest("a, button, input, label, summary") || getSelection().toString()) return;
    const link = row.querySelector("a[href]");
    if (link) link.click();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return closeMenus();
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "/") {
      const search = document.querySelector("[data-list] input[type=search]");
      if (search) {
        event.preventDefault();
        search.focus();
      }
    }
    if ((event.key !== "j" && event.key !== "k") || document.querySelector("[data-list] tr[data-peek]")) return;
    const links = [...document.querySelectorAll("[data-list] tr[data-href] a[href]:first-of-type")];
    if (!links.length) return;
    const at = links.indexOf(document.activeElement);
    links[Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), links.length - 1)].focus();
  });
})();
