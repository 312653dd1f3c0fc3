/* When an answer does not come: a toast with "Try again" instead of silence, and everything that was typed stays. */
"use strict";
(() => {
  const offer = (again) => {
    const toasts = document.getElementById("toasts");
    const shape = document.getElementById("toast-offline");
    if (!toasts || !shape) return;
    for (const old of toasts.querySelectorAll("[data-offline]")) old.remove();
    toasts.append(shape.content.cloneNode(true));
    const toast = toasts.lastElementChild;
    toast.dataset.offline = "";
    toast.querySelector("[data-retry]").addEventListener("click", () => {
      toast.remove();
      again();
    });
  };

  /* A part of a page: the same request once more, from the same element. */
  const failed = ({ detail }) => {
    const { elt, target, requestConfig } = detail;
    const { verb, path, unfilteredParameters } = requestConfig;
    offer(() => htmx.ajax(verb, path, { source: elt, target, values: unfilteredParameters }));
  };
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:timeout", failed);

  /* The front answers for a panel that is away with plain text: no fragment. Our own answers say where they go. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status >= 502 && !xhr.getResponseHeader("HX-Retarget")) {
      event.detail.shouldSwap = false;
      failed(event);
    }
  });

  /* A whole form: the browser would show its own page in place of ours, and forget what was typed. */
  document.addEventListener(
    "submit",
    (event) => {
      if (navigator.onLine || event.target.method === "dialog") return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const { target, submitter } = event;
      offer(() => target.requestSubmit(submitter || undefined));
    },
    true,
  );

  /* Seconds until another try is heard. The sentence is right without this; here it counts. */
  const count = (part) => {
    const left = part.querySelector("[data-countdown-left]");
    let seconds = Number(part.dataset.countdown);
    part.dataset.counting = "";
    const timer = setInterval(() => {
      seconds -= 1;
      if (seconds > 0) left.textContent = String(seconds);
      else {
        clearInterval(timer);
        part.textContent = part.dataset.countdownOver;
      }
    }, 1000);
  };
  const countAll = (within) => {
    for (const part of within.querySelectorAll("[data-countdown]:not([data-counting])")) count(part);
  };
  countAll(document);
  document.addEventListener("htmx:afterSwap", () => countAll(document));

  /* After a swap focus stays: on the element with the same id, else on the problems, else on what the new part names. */
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (document.activeElement && document.activeElement !== document.body) return;
    const wanted = detail.elt.querySelector("[data-focus], [autofocus]");
    if (wanted) wanted.focus();
    else if (detail.elt === document.body) document.getElementById("main").focus();
  });

  /* Parts that wait say so to a reader. */
  document.addEventListener("htmx:beforeRequest", ({ detail }) => detail.target.setAttribute("aria-busy", "true"));
  document.addEventListener("htmx:afterRequest", ({ detail }) => detail.target.removeAttribute("aria-busy"));
})();
