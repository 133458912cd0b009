// Forms that a passkey answers. They stay hidden where the browser has none; then the password is there.
const bytes = (s) => Uint8Array.from(atob(s.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const base64 = (b) => btoa(String.fromCharCode(...new Uint8Array(b))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

export function passkeys(root) {
  if (!window.PublicKeyCredential || !isSecureContext) return;
  for (const form of root.querySelectorAll("[data-passkey]:not([data-dressed])")) {
    form.dataset.dressed = "1";
    form.hidden = false;
    form.parentNode.querySelector("[data-passkey-none]")?.remove();
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      answer(form, e.submitter);
    });
  }
}

async function answer(form, button) {
  const problem = form.querySelector("[data-passkey-problem]");
  problem.hidden = true;
  button?.setAttribute("aria-busy", "true");
  let refused;
  try {
    const response = await fetch(form.action + "/options", { method: "POST" });
    if (!response.ok) {
      refused = response.headers.get("Content-Type")?.startsWith("text/plain") && (await response.text());
      throw new Error("refused");
    }
    const { publicKey } = await response.json();
    form.elements.response.value = JSON.stringify(form.dataset.passkey === "create" ? await create(publicKey) : await get(publicKey));
    form.submit();
  } catch {
    problem.textContent = refused || form.dataset.failed;
    problem.hidden = false;
    button?.removeAttribute("aria-busy");
    delete form.dataset.sent;
  }
}

const known = (list) => (list || []).map((c) => ({ ...c, id: bytes(c.id) }));
const shown = (c, response) => ({ id: c.id, rawId: base64(c.rawId), type: c.type, clientExtensionResults: c.getClientExtensionResults(), response });

async function create(o) {
  const c = await navigator.credentials.create({
    publicKey: { ...o, challenge: bytes(o.challenge), user: { ...o.user, id: bytes(o.user.id) }, excludeCredentials: known(o.excludeCredentials) },
  });
  return shown(c, {
    clientDataJSON: base64(c.response.clientDataJSON),
    attestationObject: base64(c.response.attestationObject),
    transports: c.response.getTransports?.() || [],
  });
}

async function get(o) {
  const c = await navigator.credentials.get({ publicKey: { ...o, challenge: bytes(o.challenge), allowCredentials: known(o.allowCredentials) } });
  const r = c.response;
  return shown(c, {
    clientDataJSON: base64(r.clientDataJSON),
    authenticatorData: base64(r.authenticatorData),
    signature: base64(r.signature),
    userHandle: r.userHandle && base64(r.userHandle),
  });
}
