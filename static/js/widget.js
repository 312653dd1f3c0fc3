/* One line on your site shows a chat of ClawPanel:
     <script src="https://panel.example/static/js/widget.js" data-assistant="support" data-label="Chat" async></script>
   It draws a button; the chat itself is a frame on the panel's own origin, which your page cannot read. It sets no cookie. */
"use strict";
(() => {
  const me = document.currentScript;
  if (!me) return;
  const origin = new URL(me.src).origin, slug = me.dataset.assistant || "";
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(slug)) return;
  const label = me.dataset.label || "Chat";
  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial; position: fixed; inset-block-end: 16px; inset-inline-end: 16px; z-index: 2147483000; display: grid; justify-items: end; gap: 8px; }
    button { font: 560 15px/22px system-ui, sans-serif; min-height: 48px; padding: 0 20px; border: 1px solid ButtonBorder; border-radius: 8px; background: ButtonFace; color: ButtonText; cursor: pointer; }
    button:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
    iframe { inline-size: min(400px, calc(100vw - 32px)); block-size: min(640px, calc(100dvh - 96px)); border: 1px solid ButtonBorder; border-radius: 10px; background: Canvas; }
    [hidden] { display: none; }
  `);
  root.adoptedStyleSheets = [sheet];
  const button = document.createElement("button");
  Object.assign(button, { type: "button", textContent: label });
  button.setAttribute("aria-expanded", "false");
  let frame = null;
  const set = (open) => {
    if (open && !frame) {
      frame = document.createElement("iframe");
      Object.assign(frame, { src: `${origin}/chat/${slug}/embed/`, title: label, referrerPolicy: "origin" });
      frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads");
      root.prepend(frame);
    }
    if (frame) frame.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (open) frame.focus();
    else button.focus();
  };
  button.addEventListener("click", () => set(button.getAttribute("aria-expanded") !== "true"));
  root.addEventListener("keydown", (event) => event.key === "Escape" && frame && !frame.hidden && set(false));
  window.addEventListener("message", (event) => {
    if (frame && event.source === frame.contentWindow && event.origin === origin && event.data === "clawpanel-chat:close") set(false);
  });
  root.append(button);
  const put = () => document.body.append(host);
  if (document.body) put();
  else document.addEventListener("DOMContentLoaded", put);
})();
