/* A long job that runs: the gateway tells when there is something new, and htmx fetches it. Without a stream it asks each 2 s. */
"use strict";
(() => {
  const watched = new Set();
  const waiting = () => document.querySelectorAll("[data-job][hx-trigger]");

  const watch = async (id) => {
    const headers = JSON.parse(document.body.getAttribute("hx-headers"));
    const ticket = await fetch(`/jobs/${id}/ticket/`, { method: "POST", headers });
    if (!ticket.ok) return;
    const stream = await fetch("/stream/jobs", { method: "POST", headers: { "x-stream-ticket": (await ticket.json()).ticket } });
    if (!stream.ok) return;
    const reader = stream.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      if (!value.includes("event: changed")) continue;
      for (const one of waiting()) if (one.dataset.job === id) window.htmx.trigger(one, "job-changed");
    }
  };
  const look = () => {
    for (const one of waiting()) {
      const id = one.dataset.job;
      if (watched.has(id)) continue;
      watched.add(id);
      watch(id).catch(() => {});
    }
  };
  document.addEventListener("DOMContentLoaded", look);
  document.addEventListener("htmx:afterSettle", look);
})();
