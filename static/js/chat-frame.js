/* The chat inside another site's page. Its session is a token in this frame's own storage, which browsers keep apart for each
   site around it; it travels in a header, so there is no cookie to send. Links and forms of the chat are fetched with it. */
"use strict";
(() => {
  const told = document.getElementById("frame-data");
  if (!told) return;
  const { home, header, slug } = JSON.parse(told.textContent);
  const place = `chat.${slug}`;
  let token = "new";
  try {
    token = localStorage.getItem(place) || "new";
  } catch {
    /* Storage is closed: the token lives as long as this page. */
  }
  const keep = (response) => {
    const fresh = response.headers.get(header);
    if (!fresh) return;
    token = fresh;
    try {
      localStorage.setItem(place, fresh);
    } catch {
      /* As above. */
    }
  };
  window.chatSession = () => ({ [header]: token });

  const show = async (response) => {
    keep(response);
    const next = response.headers.get("X-Chat-Next");
    if (next) return go(next);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const main = page.querySelector("main");
    if (!main) return null;
    const bar = page.querySelector("[data-chat-bar]");
    if (bar) document.querySelector("[data-chat-bar]").replaceWith(document.importNode(bar, true));
    document.querySelectorAll("#chat-data").forEach((one) => one.remove());
    const here = document.querySelector("main");
    here.replaceWith(document.importNode(main, true));
    document.title = page.title;
    const focus = document.querySelector("[data-focus], main h1, main");
    if (focus) {
      focus.tabIndex = -1;
      focus.focus();
    }
    document.dispatchEvent(new Event("chat:page"));
    return null;
  };
  const go = (url, options = {}) =>
    fetch(url, { credentials: "omit", ...options, headers: { [header]: token } }).then(show, () => null);
  const inside = (url) => url.origin === location.origin && url.pathname.startsWith(home);

  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey) return;
    const url = new URL(link.href);
    if (!inside(url)) {
      if (url.protocol === "https:" || url.protocol === "http:") link.target = "_blank";
      return;
    }
    event.preventDefault();
    if (link.hasAttribute("download")) save(url);
    else go(url);
  });
  const save = async (url) => {
    const response = await fetch(url, { credentials: "omit", headers: { [header]: token } });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await response.blob());
    const named = /filename="([\w.-]+)"/.exec(response.headers.get("Content-Disposition") || "");
    link.download = named ? named[1] : `chats-${slug}.json`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    const url = new URL(form.action || home, location.href);
    event.preventDefault();
    const body = new FormData(form);
    if (event.submitter && event.submitter.name) body.append(event.submitter.name, event.submitter.value);
    go(url, { method: "POST", body });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) parent.postMessage("clawpanel-chat:close", "*");
  });
  go(home);
})();
