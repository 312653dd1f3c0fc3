/* A new key tried on the page that shows it: a real call, told in one line. The key stays in this page. */
"use strict";
(() => {
  const line = (box, tone, title, text, took) => {
    const item = document.createElement("li");
    const glyph = box.querySelector(`[data-try-glyph="${tone}"]`);
    const word = document.createElement("b");
    const rest = document.createElement("span");
    const time = document.createElement("small");
    word.textContent = title;
    rest.textContent = text;
    time.textContent = `${took} ms`;
    item.dataset.tone = tone;
    item.append(glyph.content.cloneNode(true), word, rest, time);
    box.querySelector("[data-tries]").prepend(item);
  };
  const call = async (box, text) => {
    const began = performance.now();
    const took = () => Math.round(performance.now() - began);
    try {
      const answer = await fetch("/v1/chat/completions", {
        method: "POST",
        credentials: "omit",
        headers: { Authorization: `Bearer ${box.dataset.tryKey}`, "Content-Type": "application/json" },
        body: JSON.stringify({ model: box.querySelector("[data-try-model]").value, messages: [{ role: "user", content: text }] }),
      });
      const given = await answer.json();
      const error = given.error;
      if (!error) line(box, "allow", box.dataset.tryAnswered, given.choices[0].message.content.slice(0, 200), took());
      else line(box, "block", error.code === "content_blocked" ? box.dataset.tryBlocked : box.dataset.tryFailed, error.message, took());
    } catch {
      line(box, "block", box.dataset.tryFailed, box.dataset.tryAway, took());
    }
  };
  for (const box of document.querySelectorAll("[data-try-key]")) {
    box.hidden = false;
    for (const button of box.querySelectorAll("[data-try]"))
      button.addEventListener("click", async () => {
        button.disabled = true;
        await call(box, button.dataset.try);
        button.disabled = false;
        button.focus();
      });
  }
})();
