/* "Open in playground" takes the person's last message along when it is revealed on this page; in this window only. */
"use strict";
(() => {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("[data-playground-open]");
    const kept = document.querySelector("template[data-playground-text]");
    if (link && kept && !event.ctrlKey && !event.metaKey) sessionStorage.setItem("playground.open", kept.content.textContent);
  });
})();
