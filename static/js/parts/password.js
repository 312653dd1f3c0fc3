/* A new password: how its length stands, while it is typed. It advises; the server decides. */
"use strict";
(() => {
  for (const input of document.querySelectorAll("input[data-advised]")) {
    const said = document.createElement("output");
    said.className = "hint length";
    said.htmlFor = input.id;
    input.after(said);
    const tell = () => {
      const length = [...input.value].length;
      const { least, advised, short, enough, good } = input.dataset;
      const level = length < Number(least) ? "short" : length < Number(advised) ? "enough" : "good";
      said.dataset.level = level;
      said.textContent = length ? `${length} · ${{ short, enough, good }[level]}` : "";
    };
    input.addEventListener("input", tell);
    tell();
  }
})();
