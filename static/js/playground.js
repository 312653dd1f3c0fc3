/* The playground: one fetch a run, typed events in, text only until the end; then HTML that the gateway made safe. */
"use strict";
(() => {
  const root = document.querySelector("[data-playground]");
  if (!root) return;
  const data = JSON.parse(document.getElementById("playground-data").textContent);
  const { words, targets } = data;
  const find = (selector) => root.querySelector(selector);
  const log = find("[data-log]"), box = find("textarea"), live = find("[data-live]"), turnsHome = find("[data-turns]");
  const send = find("[data-send]"), stop = find("[data-stop]");
  const lanes = { draft: [], live: [] };
  let count = 0, running = [], lastText = "", busy = false;

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));
  const el = (tag, name, ...inside) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    made.append(...inside.filter((one) => one !== null && one !== undefined));
    return made;
  };
  const svg = (tag, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };
  const drawn = (kind, name) => find(`template[data-${kind}="${name}"]`).content.firstElementChild.cloneNode(true);
  const glyph = (name) => drawn("glyph", name);
  const number = (value) => Math.round(value).toLocaleString(document.documentElement.lang);
  const millis = (value) => (value < 10 ? value.toFixed(1) : number(value));
  const clock = () => new Date().toLocaleTimeString(document.documentElement.lang, { hour12: false });
  const verdict = (name, text) => el("span", `verdict verdict-${name}`, glyph(name), el("span", "", text));
  const tell = (sentence) => live.append(el("span", "", `${sentence} `));
  const rank = ["not_run", "allow", "observe", "redact", "block"];
  const worse = (a, b) => (rank.indexOf(b) > rank.indexOf(a) ? b : a);
  const down = () => (log.scrollTop = log.scrollHeight);
  const link = (label, act) => {
    const made = el("button", "link", label);
    made.type = "button";
    made.addEventListener("click", () => act(made));
    return made;
  };
  const action = (label, icon, act) => {
    const made = el("button", "button button-plain button-compact", drawn("icon", icon), el("span", "", label));
    made.type = "button";
    made.addEventListener("click", () => act(made));
    return made;
  };

  /* --- What changes a try: version, parameters, variables --- */
  const chosen = () => {
    const value = find("[name=target]:checked").value;
    return value === "both" ? ["draft", "live"] : [value];
  };
  const tuned = () => {
    const found = {};
    for (const input of root.querySelectorAll("[data-tune]")) if (input.value !== "") found[input.name] = Number(input.value);
    return found;
  };
  const showParameters = () => {
    const all = { ...targets[chosen()[0]].parameters, ...tuned() };
    const shown = Object.entries(all).map(([name, value]) => el("span", "", `${data.parameters[name]} `, el("b", "", String(value))));
    find("[data-parameters]").replaceChildren(...shown);
  };
  const slots = (text) => [...new Set([...text.matchAll(/\{\{\s*([\w-]{1,40})\s*\}\}/g)].map((one) => one[1]))];
  const values = {};
  const showVariables = () => {
    const home = find("[data-variables] > div"), names = slots(box.value);
    if (home.dataset.names === names.join() && home.childElementCount) return;
    home.dataset.names = names.join();
    const fields = names.map((name) => {
      const input = el("input");
      Object.assign(input, { id: `variable-${name}`, value: values[name] || "" });
      input.addEventListener("input", () => (values[name] = input.value));
      const label = el("label", "", fill(words.value_of, { name }));
      label.htmlFor = input.id;
      return el("div", "field", label, input);
    });
    home.replaceChildren(...(fields.length ? fields : [el("p", "", words.no_variables)]));
    if (fields.length) find("[data-variables]").open = true;
  };
  const filled = (text) => text.replace(/\{\{\s*([\w-]{1,40})\s*\}\}/g, (all, name) => values[name] || all);

  /* --- The trace on the right --- */
  const rowsOf = (run) =>
    data.rows.map((row) => {
      const parts = row.stages.map((name) => run.stages[name]).filter(Boolean);
      if (row.name === "provider" && run.waiting !== null && !parts.length)
        parts.push({ action: "allow", begin: run.waiting, end: performance.now() - run.began, ms: null, findings: [] });
      return {
        ...row,
        ran: parts.length > 0,
        action: parts.reduce((found, one) => worse(found, one.action), parts.length ? "allow" : "not_run"),
        begin: Math.min(...parts.map((one) => one.begin)),
        end: Math.max(...parts.map((one) => one.end)),
        ms: parts.some((one) => one.ms === null) ? null : parts.reduce((sum, one) => sum + one.ms, 0),
        parts,
      };
    });
  const scale = (total) => {
    const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 12, 20, 50, 100, 200, 250, 350, 500, 1000, 2000, 5000, 10000, 20000, 60000];
    const step = steps.find((one) => total / one <= 4) || 60000;
    const marks = Math.floor(total / step) + 1;
    return { span: step * marks, grid: [...Array(marks + 1).keys()].map((at) => at * step) };
  };
  const bar = (row, axis) => {
    const made = svg("svg", { viewBox: "0 0 1000 32", preserveAspectRatio: "none", width: "100%", height: "32", "aria-hidden": "true" });
    for (const at of axis.grid) {
      const x = (at / axis.span) * 1000;
      made.append(svg("line", { x1: x, x2: x, y1: 0, y2: 32 }));
    }
    if (row.ran) {
      const width = Math.max(((row.end - row.begin) / axis.span) * 1000, 8);
      const x = Math.min((row.begin / axis.span) * 1000, 1000 - width);
      const tone = row.name === "provider" ? "model" : row.action;
      made.append(svg("rect", { class: tone, x, y: 12, width, height: 8 }));
    }
    return made;
  };
  const heading = (stage, finding, run) => {
    const [head, text] = ((data.told[stage] || {})[finding.action]) || [finding.rule, ""];
    const mine = finding.span && finding.message === run.at ? run.text.slice(...finding.span) : "";
    const title = el("b", "");
    const put = { value: mine, name: finding.became || "", kind: data.kinds[finding.label] || finding.label, score: finding.score.toFixed(2), limit: (finding.limit || 0).toFixed(2) };
    for (const piece of head.split(/(\{value\}|\{name\})/)) {
      if (piece === "{value}") title.append(mine ? el("code", "", mine) : put.kind);
      else if (piece === "{name}") title.append(el("span", "pseudonym", put.name || put.kind));
      else title.append(fill(piece, put));
    }
    return { title, text };
  };
  const earlier = (finding, run) => finding.message !== undefined && finding.message !== run.at;
  const why = (stage, findings, run) => {
    if (stage === "injection") {
      const { title, text } = heading(stage, findings[0], run);
      const signs = [...new Set(findings.map((one) => data.signs[one.rule.split(".").pop().split("_")[0]]).filter(Boolean))];
      const best = new Map();
      for (const one of findings) {
        const kind = one.rule.split(".").pop().split("_")[0];
        best.set(kind, Math.max(best.get(kind) || 0, one.score));
      }
      const chips = [...best].map(([kind, score]) => el("span", "tag", `${kind} ${score.toFixed(2)}`));
      const sentence = `${signs.join(", ")}. `;
      return [el("div", `why ${findings[0].action}`, el("p", "", title), el("p", "", (signs.length ? sentence[0].toUpperCase() + sentence.slice(1) : "") + text), el("p", "", ...chips))];
    }
    const lines = findings.filter((one) => !earlier(one, run)).slice(0, 8).map((finding) => {
      const { title, text } = heading(stage, finding, run);
      const mark = finding.span ? el("sup", "", String(finding.number)) : null;
      return el("div", `why ${finding.action}`, el("p", "", title, mark), el("p", "", text));
    });
    const old = findings.filter((one) => earlier(one, run));
    if (!old.length) return lines;
    const names = [...new Set(old.map((one) => one.became).filter(Boolean))].map((name) => el("span", "pseudonym", name));
    return [...lines, el("div", `why ${old[0].action}`, el("p", "", fill(words.earlier, { n: old.length }), ...names))];
  };
  const draw = (run) => {
    const rows = rowsOf(run);
    const total = run.totals ? run.totals.ms : Math.max(performance.now() - run.began, 1);
    const reach = Math.max(...rows.filter((row) => row.ran).map((row) => row.end), run.waiting === null ? 0 : total, 0.4);
    const axis = scale(reach);
    const body = el("tbody");
    for (const row of rows) {
      const head = el("th", "", verdict(row.ran && row.ms === null ? "not_run" : row.action, row.label));
      head.scope = "row";
      const cost = !row.ran ? "–" : row.ms === null ? words.running : `${millis(row.ms)} ${words.ms}`;
      body.append(el("tr", `ran-${row.action}`, head, el("td", "", bar(row, axis)), el("td", "number", cost)));
      const told = row.parts.flatMap((part) => (part.findings.length ? why(part.name, part.findings, run) : []));
      if (told.length) {
        const cell = el("td", "", ...told);
        cell.colSpan = 3;
        body.append(el("tr", "", cell));
      }
    }
    const ruler = svg("svg", { width: "100%", height: "18", "aria-hidden": "true" });
    for (const at of axis.grid.slice(0, -1)) {
      const text = svg("text", { x: `${(at / axis.span) * 100}%`, y: 13 });
      text.textContent = at.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
      ruler.append(text);
    }
    body.append(el("tr", "", el("td"), el("td", "", ruler), el("td", "number", words.ms)));
    run.table.replaceChildren(body);
    run.head.replaceChildren(...headOf(run, rows));
  };
  const headOf = (run, rows) => {
    const name = fill(words.turn, { n: run.turn }) + (run.paired ? ` · ${targets[run.target].label}` : "");
    const ended = run.totals !== null || run.failed;
    const worst = rows.reduce((found, row) => worse(found, row.action), "allow");
    const totals = run.totals;
    let time = words.running;
    if (totals) {
      const ms = millis(totals.ms);
      time = !totals.sent ? fill(words.nothing_sent, { ms }) : totals.first_ms === null ? fill(words.timed_only, { ms }) : fill(words.timed, { ms, first: millis(totals.first_ms) });
    } else if (run.failed) time = "";
    return [el("h2", "", name), ended && worst !== "allow" ? verdict(worst, verdictWord(worst)) : null, el("span", "", time)].filter(Boolean);
  };
  const verdictWord = (name) => root.dataset[`word${name[0].toUpperCase()}${name.slice(1)}`] || name;

  /* --- The words on the left --- */
  const said = (face, name, ...inside) => {
    const head = el("header", "", face, el("p", "", el("b", "", name), el("time", "", clock())));
    return el("article", "said", head, el("div", "", ...inside));
  };
  const marked = (home, text, run) => {
    const spans = Object.values(run.stages)
      .flatMap((stage) => stage.findings)
      .filter((one) => one.span && one.message === run.at)
      .sort((a, b) => rank.indexOf(b.action) - rank.indexOf(a.action) || b.span[1] - b.span[0] - (a.span[1] - a.span[0]));
    const kept = [];
    for (const one of spans) if (!kept.some((other) => one.span[0] < other.span[1] && other.span[0] < one.span[1])) kept.push(one);
    kept.sort((a, b) => a.span[0] - b.span[0]);
    const pieces = [];
    let at = 0;
    for (const one of kept) {
      pieces.push(text.slice(at, one.span[0]), el("mark", one.action, text.slice(...one.span), el("sup", "", String(one.number))));
      at = one.span[1];
    }
    home.replaceChildren(...pieces, text.slice(at));
  };
  const person = (text) => {
    const words_ = el("div", "said-text", text);
    const face = el("span", "avatar", data.initials);
    face.setAttribute("aria-hidden", "true");
    return { node: said(face, words.you, words_), text: words_ };
  };
  const assistantSays = (run) => {
    const face = el("span", "avatar avatar-square", drawn("icon", "bot"));
    face.setAttribute("aria-hidden", "true");
    const node = said(face, data.name, run.answer, run.aside, run.foot);
    node.querySelector("time").before(el("span", "tag", targets[run.target].label));
    node.setAttribute("aria-busy", "true");
    return node;
  };
  const card = (run, tone, title, text, ...acts) => {
    run.node.querySelector("header .avatar").replaceWith(el("span", `said-glyph ${tone ? "verdict-block" : "verdict-observe"}`, glyph(tone || "observe")));
    run.foot.replaceWith(el("div", `said-card ${tone}`, el("p", "", el("b", "", title)), el("p", "", ...[text].flat()), el("div", "said-acts", ...acts)));
  };

  /* --- One run --- */
  const begin = (target, turn, paired, text, mine) => {
    lanes[target].push({ role: "user", content: text });
    const run = {
      target, turn, paired, text, mine, at: lanes[target].length - 1, began: performance.now(), stages: {}, waiting: null,
      totals: null, failed: false, raw: "", heard: 0, control: new AbortController(),
      answer: el("div", "said-text"), aside: el("div", "said-aside"), foot: el("div", "said-foot"), head: el("header"), table: el("table", "waterfall"), end: el("footer"),
    };
    run.node = assistantSays(run);
    run.section = el("section", "turn", run.head, run.table, run.end);
    draw(run);
    return run;
  };
  const problem = async (response) => {
    const page = (response.headers.get("content-type") || "").startsWith("text/html");
    if (response.type === "opaqueredirect" || (response.status === 403 && page)) return { code: "signed_out", sentence: words.signed_out };
    try {
      const found = await response.json();
      return found.error ? { code: found.error.code, sentence: found.error.message } : found;
    } catch {
      return { code: String(response.status), sentence: `${words.failed} (${response.status})` };
    }
  };
  const post = (url, value, headers, signal) =>
    fetch(url, { method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(value), signal, redirect: "manual", credentials: "same-origin" });
  const csrf = () => ({ "X-CSRFToken": find("[name=csrfmiddlewaretoken]").value });

  const stream = async (run) => {
    let response = await post(data.tickets, { target: run.target }, csrf(), run.control.signal);
    if (!response.ok) return refused(run, await problem(response));
    const { ticket } = await response.json();
    const asked = { messages: lanes[run.target], parameters: tuned() };
    response = await post(data.stream, asked, { "x-stream-ticket": ticket }, run.control.signal);
    if (!response.ok) return refused(run, await problem(response));
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
    if (!run.totals) throw new Error("cut");
  };
  const hear = (run, kind, value) => {
    if (kind === "stage") {
      run.stages[value.name] = value;
      if (value.name === "pii" && !Object.values(run.stages).some((one) => one.action === "block")) run.waiting = value.end;
      if (value.name === "provider") run.waiting = null;
      marked(run.mine, run.text, run);
      draw(run);
    } else if (kind === "token") {
      if (value.channel === "content") speak(run, value.text);
      else run.aside.append(value.channel === "aside" ? value.text : el("code", "", value.text));
      down();
    } else finish(run, kind, value);
  };
  const speak = (run, text) => {
    run.raw += text;
    run.answer.append(text);
    /* A reader hears whole sentences, not tokens. */
    const unheard = run.raw.slice(run.heard), end = Math.max(...[". ", "! ", "? ", "\n", "。"].map((mark) => unheard.lastIndexOf(mark)));
    if (end < 0) return;
    tell(unheard.slice(0, end + 1));
    run.heard += end + 1;
  };
  const finish = (run, kind, value) => {
    run.waiting = null;
    run.totals = value.totals;
    run.node.removeAttribute("aria-busy");
    if (value.html) {
      run.answer.className = "said-text whole";
      run.answer.innerHTML = value.html;
    }
    if (run.heard < run.raw.length) tell(run.raw.slice(run.heard));
    draw(run);
    const trace = el("a", "link", words.trace);
    trace.href = `${data.trace}${value.trace}/`;
    run.end.replaceChildren(el("span", "tag", "playground"), trace);
    if (kind === "done") answered(run);
    else stopped(run, value);
    down();
  };
  const verdicts = (run) => {
    const found = Object.values(run.stages).flatMap((stage) => stage.findings).filter((one) => !earlier(one, run));
    return ["redact", "observe"].map((name) => [name, found.filter((one) => one.action === name).length]).filter(([, n]) => n);
  };
  const answered = (run) => {
    lanes[run.target].push({ role: "assistant", content: run.raw });
    const shown = verdicts(run).map(([name, n]) => verdict(name, fill(words[`findings_${name}`], { n })));
    const tokens = run.totals.tokens_in + run.totals.tokens_out;
    run.foot.replaceChildren(...shown, el("span", "", fill(words.timed_only, { ms: millis(run.totals.ms) })), el("span", "", fill(words.tokens, { n: number(tokens) })), ...[keeper(run, link), link(words.retry, () => again(run))].filter(Boolean));
    tell(words.done);
  };
  const stopped = (run, value) => {
    lanes[run.target].length = run.at; /* What was stopped is not part of the conversation. */
    const name = Object.keys(run.stages).find((stage) => run.stages[stage].action === "block");
    if (!name) return refused(run, value);
    const finding = run.stages[name].findings.find((one) => one.action === "block");
    const { title } = heading(name, finding, run);
    run.node.querySelector("header b").textContent = run.totals.sent ? words.blocked_after : words.blocked_before;
    const sentence = run.totals.sent ? words.cut : words.not_sent;
    card(run, "block", sentence, `${title.textContent}.`, ...[keeper(run, (label, act) => action(label, "flask-conical", act)), action(words.retry, "rotate-ccw", () => again(run))].filter(Boolean));
    tell(`${sentence} ${title.textContent}.`);
  };
  const refused = (run, value) => {
    run.failed = true;
    if (run.waiting !== null && value.code === "stopped") {
      const end = performance.now() - run.began;
      run.stages.provider = { name: "provider", action: "allow", begin: run.waiting, end, ms: end - run.waiting, findings: [] };
    }
    run.waiting = null;
    lanes[run.target].length = run.at;
    run.node.removeAttribute("aria-busy");
    const way = el("a", "link", words.sign_in);
    way.href = location.pathname;
    /* The same message is in the box again once the person is back, in this window only. */
    way.addEventListener("click", () => sessionStorage.setItem("playground.open", box.value || run.text));
    const text = value.code === "signed_out" ? [value.sentence, " ", way] : value.sentence;
    card(run, "", value.title || words.failed, text, action(words.retry, "rotate-ccw", () => again(run)));
    if (!box.value) box.value = run.text;
    draw(run);
    tell(value.sentence);
  };
  const broken = (run, error) => {
    if (run.totals || run.failed) return;
    if (error.name === "AbortError") refused(run, { code: "stopped", sentence: words.told, title: words.stopped });
    else refused(run, { code: "offline", sentence: words.offline });
  };

  /* --- Keep as test: what the guards did with the way in is what they must do again --- */
  const keeper = (run, make) => {
    if (!data.keeps) return null;
    const inward = data.rows.filter((row) => row.name !== "answer" && row.name !== "provider").flatMap((row) => row.stages);
    const expected = inward.reduce((found, name) => (run.stages[name] ? worse(found, run.stages[name].action) : found), "allow");
    const stage = inward.find((name) => expected !== "allow" && run.stages[name] && run.stages[name].action === expected) || "";
    const row = data.rows.find((one) => one.stages.includes(stage));
    const wanted = expected === "observe" ? "allow" : expected;
    return make(words.keep, async (button) => {
      button.disabled = true;
      const title = `${verdictWord(wanted)}${row && wanted !== "allow" ? `: ${row.label}` : ""} · ${new Date().toISOString().slice(0, 16).replace("T", " ")}`;
      const response = await post(data.cases, { title, messages: run.asked, expected: wanted, stage: wanted === "allow" ? "" : stage }, csrf());
      const told = response.ok ? words.kept : (await problem(response)).sentence;
      (button.querySelector("span") || button).textContent = told;
      button.disabled = response.ok;
      tell(told);
    });
  };

  /* --- Sending --- */
  const say = async (text) => {
    if (busy || !text.trim()) return;
    busy = true;
    lastText = text;
    count += 1;
    if (count === 1) {
      log.replaceChildren();
      turnsHome.replaceChildren();
    }
    live.replaceChildren();
    tell(words.sending);
    const names = chosen(), mine = person(text);
    const fresh = names.map((target) => begin(target, count, names.length > 1, text, mine.text));
    const nodes = fresh.map((run) => run.node);
    log.append(mine.node, ...(nodes.length > 1 ? [el("div", "said-pair", ...nodes)] : nodes));
    turnsHome.prepend(...fresh.map((run) => run.section));
    down();
    running = fresh;
    for (const run of fresh) run.asked = structuredClone(lanes[run.target]);
    waiting(true);
    const ticking = setInterval(() => fresh.forEach((run) => run.waiting !== null && draw(run)), 120);
    await Promise.all(fresh.map((run) => stream(run).catch((error) => broken(run, error))));
    clearInterval(ticking);
    running = [];
    busy = false;
    waiting(false);
    box.focus();
  };
  const waiting = (is) => {
    stop.hidden = !is;
    send.hidden = is;
  };
  const again = (run) => {
    if (busy) return;
    /* The same words once more: the answered turn is taken back first. */
    if (!run.failed && lanes[run.target].length > run.at) lanes[run.target].length = run.at;
    box.value = "";
    say(run.text);
  };
  const submit = () => {
    const text = filled(box.value);
    if (busy || !text.trim()) return;
    box.value = "";
    showVariables();
    find("[data-variables]").open = false;
    say(text);
  };
  find("[data-composer]").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    }
    if (event.key === "Escape" && busy) stop.click();
  });
  box.addEventListener("input", showVariables);
  stop.addEventListener("click", () => running.forEach((run) => run.control.abort()));
  find("[data-again]").addEventListener("click", () => {
    running.forEach((run) => run.control.abort());
    location.reload();
  });
  for (const chip of root.querySelectorAll("[data-attack]"))
    chip.addEventListener("click", () => {
      box.value = chip.dataset.attack;
      showVariables();
      box.focus();
    });
  for (const input of root.querySelectorAll("[name=target], [data-tune]")) input.addEventListener("input", showParameters);

  /* --- The same call as code --- */
  const code = {
    curl: (asked) => `curl ${data.base}/v1/chat/completions \\\n  -H "Authorization: Bearer $CLAWPANEL_KEY" \\\n  -H "Content-Type: application/json" \\\n  -d '${JSON.stringify(asked).replaceAll("'", "'\\''")}'`,
    python: (asked) => {
      const rest = Object.entries(tuned()).map(([name, value]) => `    ${name}=${value},\n`).join("");
      return `from openai import OpenAI\n\nclient = OpenAI(base_url="${data.base}/v1", api_key="clp_…")\nanswer = client.chat.completions.create(\n    model="${data.slug}",\n    messages=${JSON.stringify(asked.messages)},\n${rest})\nprint(answer.choices[0].message.content)\n`;
    },
  };
  for (const button of document.querySelectorAll("[data-snippet]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const next = filled(box.value) || (lanes[chosen()[0]].length ? "" : lastText);
      const lane = lanes[chosen()[0]];
      const earlier = next ? lane : lane.slice(0, lane.findLastIndex((one) => one.role === "user") + 1);
      const messages = [...earlier, ...(next ? [{ role: "user", content: next }] : [])];
      const asked = { model: data.slug, messages: messages.length ? messages : [{ role: "user", content: "Hello!" }], ...tuned() };
      await navigator.clipboard.writeText(code[button.dataset.snippet](asked));
      const label = button.querySelector("span"), before = label.textContent;
      label.textContent = words.copied;
      tell(words.copied);
      setTimeout(() => (label.textContent = before), 1600);
    });
  }

  /* A trace of the panel may leave a message for here, in this window only. */
  box.value = sessionStorage.getItem("playground.open") || "";
  sessionStorage.removeItem("playground.open");
  root.hidden = false;
  showParameters();
  showVariables();
  box.focus({ preventScroll: true });
})();
