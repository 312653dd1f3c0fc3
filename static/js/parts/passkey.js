/* Passkeys: a form whose answer the browser asks an authenticator for. The challenge is fetched when somebody asks. */
"use strict";
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");
  const described = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  /* The server's JSON as the browser wants it, and back. */
  const read = (options) => ({
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user ? { user: { ...options.user, id: bytes(options.user.id) } } : {}),
    ...(options.allowCredentials ? { allowCredentials: described(options.allowCredentials) } : {}),
    ...(options.excludeCredentials ? { excludeCredentials: described(options.excludeCredentials) } : {}),
  });
  const written = (credential) => {
    const { response } = credential;
    const parts = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
      if (response[name]) parts[name] = text(response[name]);
    if (response.getTransports) parts.transports = response.getTransports();
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment || undefined,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: parts,
    });
  };

  const challenge = async (form) => {
    const answer = await fetch(form.dataset.challenge, {
      method: "POST",
      headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
    });
    if (answer.redirected) location.assign(answer.url); // a session that ended, or a factor that is too old
    if (!answer.ok || answer.redirected) throw new TypeError("no challenge");
    return answer.json();
  };
  const reason = (error, began, timeout) => {
    if (error.name === "NotAllowedError") return Date.now() - began >= timeout - 1000 ? "late" : "cancelled";
    return { InvalidStateError: "known", SecurityError: "elsewhere", AbortError: "cancelled", TypeError: "away" }[error.name] || "failed";
  };
  const ask = async (form) => {
    const said = form.querySelector("[data-said]");
    const say = (word) => (said.textContent = form.dataset[`said${word[0].toUpperCase()}${word.slice(1)}`]);
    if (!window.PublicKeyCredential || !navigator.credentials) return say("unsupported");
    let began = Date.now();
    let timeout = Infinity;
    say("waiting");
    try {
      const options = await challenge(form);
      began = Date.now();
      timeout = options.timeout || Infinity;
      const credential = await navigator.credentials[form.dataset.passkey]({ publicKey: read(options) });
      form.elements.answer.value = written(credential);
      said.textContent = "";
      form.requestSubmit();
    } catch (error) {
      say(reason(error, began, timeout));
    }
  };

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!form.matches("[data-passkey]") || form.elements.answer.value) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const button = form.querySelector("button");
      if (button.getAttribute("aria-busy")) return;
      button.setAttribute("aria-busy", "true");
      ask(form).finally(() => button.removeAttribute("aria-busy"));
    },
    true,
  );
  /* The back button brings the form with its answer, which was used. */
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("[data-passkey]")) form.elements.answer.value = "";
  });
})();
