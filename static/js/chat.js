/* The chat: a ticket, one fetch a message, typed events in, text only until the end; then HTML that the gateway made safe. */
"use strict";
(() => {
  const el = (tag, name, ...inside) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    made.append(...inside.filter((one) => one !== null && one !== undefined));
    return made;
  };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));
  const NONE = "00000000-0000-7000-8000-000000000000";

  const start = (root) => {
    const data = JSON.parse(document.getElementById("chat-data").textContent);
    const { words } = data;
    const find = (selector) => root.querySelector(selector);
    const log = find("[data-log]"), form = find("[data-composer]"), box = find("textarea"), live = find("[data-live]");
    const send = find("[data-send]"), stop = find("[data-stop]"), file = find("[data-file]");
    const turns = data.turns;
    let chat = data.chat, control = null, busy = false;

    const icon = (name) => find(`template[data-icon="${name}"]`).content.firstElementChild.cloneNode(true);
    const tell = (sentence) => live.append(el("span", "", `${sentence} `));
    /* The page scrolls, or the log does in a frame: the newest word is to be seen either way. */
    const down = () => log.lastElementChild && log.lastElementChild.scrollIntoView({ block: "end" });
    const link = (label, url) => {
      const made = el("a", "", label);
      made.href = url;
      return made;
    };
    const session = () => (window.chatSession ? window.chatSession() : { "X-CSRFToken": (form.elements.csrfmiddlewaretoken || {}).value || "" });
    const post = (url, body, headers, signal) =>
      fetch(url, { method: "POST", body, headers: { ...session(), ...headers }, signal, redirect: "manual", credentials: "same-origin" });
    const json = (value) => JSON.stringify(value);

    /* --- What stands under an answer --- */
    const rate = async (turn, rating, button) => {
      const answer = await post(data.rating.replace(NONE, turn), new URLSearchParams({ rating }), { Accept: "application/json" }).catch(() => null);
      if (!answer || !answer.ok) return (location.href = `${data.rating.replace(NONE, turn)}?rating=${rating}`);
      for (const other of button.parentElement.querySelectorAll("[data-rate]")) other.setAttribute("aria-pressed", String(other === button));
      tell(words.thanks);
      return null;
    };
    const act = (name, label, does) => {
      const made = el("button", "", icon(name), el("span", "away", label));
      made.type = "button";
      made.title = label;
      made.addEventListener("click", () => does(made));
      return made;
    };
    const acts = (run) => {
      const thumbs = [["thumbs-up", words.good, 1], ["thumbs-down", words.bad, -1]].map(([name, label, rating]) => {
        const made = act(name, label, (button) => rate(run.turn, rating, button));
        made.dataset.rate = "";
        made.setAttribute("aria-pressed", "false");
        return made;
      });
      const copy = act("copy", words.copy, async () => {
        await navigator.clipboard.writeText(run.raw);
        tell(words.copied);
      });
      return el("p", "talk-acts", ...thumbs, copy);
    };
    const explain = (run, code) => {
      const known = data.told[data.same[code] || code] || data.told.busy;
      const made = el("p", "talk-stop", el("b", "", known[0]), ` ${known[1]} `);
      const same = data.same[code] || code;
      if (same === "content_blocked" || same === "answer_blocked") {
        made.append(`${words.mistake} `, link(words.tell, `${data.rating.replace(NONE, run.turn)}?rating=-1`));
      } else if (same === "chat_not_agreed" || same === "chat_not_told") made.append(link(words.choices, data.home));
      else if (same !== "stopped") made.append(link(words.person, data.contact));
      if (run.answer.isConnected && !run.raw) run.answer.remove();
      log.append(made);
      tell(`${known[0]} ${known[1]}`);
      down();
      /* What was not answered is no part of the conversation, and is in the box again. */
      if (!["content_blocked", "answer_blocked", "stopped"].includes(same) && !box.value) box.value = run.text;
    };

    /* --- One message --- */
    const hear = (run, kind, value) => {
      if (kind === "masked") {
        const kinds = [...new Set(value.kinds.map((one) => data.masked[one] || data.masked[""]))].join(", ");
        const sentence = fill(words.masked, { kinds });
        run.mine.after(el("p", "talk-mask", icon("eye-off"), sentence));
        tell(sentence);
      } else if (kind === "token") speak(run, value.text);
      else finish(run, kind, value);
    };
    const plain = (text) => text.replace(/\*\*|__|`+|^#+ /gm, "");
    const speak = (run, text) => {
      run.raw += text;
      run.answer.append(text);
      down();
      /* A reader hears whole sentences, not tokens. */
      const unheard = run.raw.slice(run.heard), end = Math.max(...[". ", "! ", "? ", "\n", "。"].map((mark) => unheard.lastIndexOf(mark)));
      if (end < 0) return;
      tell(plain(unheard.slice(0, end + 1)));
      run.heard += end + 1;
    };
    const finish = (run, kind, value) => {
      run.ended = true;
      run.answer.removeAttribute("aria-busy");
      if (value.html) {
        run.answer.className = "talk-it said-text whole";
        run.answer.innerHTML = value.html;
        for (const one of run.answer.querySelectorAll("a")) one.target = "_blank";
      }
      if (run.heard < run.raw.length) tell(plain(run.raw.slice(run.heard)));
      if (kind === "error") return explain(run, value.code);
      turns.push({ role: "user", content: run.text }, { role: "assistant", content: run.raw });
      run.answer.after(acts(run));
      tell(words.ready);
      return down();
    };
    const codeOf = async (response) => {
      try {
        const found = await response.json();
        return found.error ? found.error.code : found.code;
      } catch {
        return response.status === 404 || response.status === 403 || response.type === "opaqueredirect" ? "chat_not_told" : "busy";
      }
    };
    const stream = async (run, again = true) => {
      let response = await post(data.tickets, json({ chat }), { "Content-Type": "application/json" }, run.control.signal);
      if (!response.ok) return explain(run, await codeOf(response));
      const given = await response.json();
      run.turn = given.turn;
      if (chat !== given.chat) {
        chat = given.chat;
        form.elements.chat.value = chat;
        if (data.page && !window.chatSession) history.replaceState(null, "", data.page.replace(NONE, chat));
      }
      const messages = [...turns, { role: "user", content: run.text }];
      response = await fetch(data.stream, { method: "POST", body: json({ messages }), headers: { "Content-Type": "application/json", "x-stream-ticket": given.ticket }, signal: run.control.signal, credentials: "omit" });
      if (!response.ok) {
        const code = await codeOf(response);
        return code === "version_changed" && again ? stream(run, false) : explain(run, code);
      }
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        const blocks = (rest + value).split("\n\n");
        rest = blocks.pop();
        for (const block of blocks) {
          const [kind, line] = block.split("\n");
          hear(run, kind.slice(7), JSON.parse(line.slice(6)));
        }
      }
      return run.ended ? null : explain(run, "cut");
    };
    const waiting = (is) => {
      busy = is;
      stop.hidden = !is;
      send.hidden = is;
    };
    const read = async (chosen) => {
      try {
        return new TextDecoder("utf-8", { fatal: true }).decode(await chosen.arrayBuffer());
      } catch {
        throw new Error(words.file_not_text);
      }
    };
    const added = async () => {
      const chosen = file && file.files[0];
      if (!chosen) return "";
      const fits = data.files && chosen.size <= data.files.most && data.files.endings.some((one) => chosen.name.toLowerCase().endsWith(one));
      if (!fits) throw new Error(words.file_wrong);
      return `\n\n${chosen.name}:\n${await read(chosen)}`;
    };
    const say = async () => {
      if (busy) return;
      let text = box.value.trim();
      try {
        text = (text + (await added())).trim();
      } catch (error) {
        file.value = "";
        log.append(el("p", "talk-stop", error.message));
        down();
        return tell(error.message);
      }
      if (!text) return;
      waiting(true);
      box.value = "";
      if (file) file.value = "";
      live.replaceChildren();
      tell(words.sending);
      control = new AbortController();
      const run = { text, control, raw: "", heard: 0, ended: false, turn: NONE, mine: el("p", "talk-me", text), answer: el("div", "talk-it said-text") };
      run.answer.setAttribute("aria-busy", "true");
      log.append(run.mine, run.answer);
      down();
      try {
        await stream(run);
      } catch (error) {
        if (!run.ended) explain(run, error.name === "AbortError" ? "stopped" : "offline");
      }
      run.answer.removeAttribute("aria-busy");
      waiting(false);
      box.focus();
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      say();
    });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        say();
      }
      if (event.key === "Escape" && busy) stop.click();
    });
    stop.addEventListener("click", () => control && control.abort());
    down();
    box.focus({ preventScroll: true });
  };

  const begin = () => {
    const root = document.querySelector("[data-chat]");
    if (!root || "started" in root.dataset) return;
    root.dataset.started = "";
    start(root);
  };
  document.addEventListener("chat:page", begin);
  begin();
})();
