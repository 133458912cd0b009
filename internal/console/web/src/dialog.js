// Dialogs. A link with data-dialog="open" leads to a page of its own that holds a [data-dialog-content];
// here that part is fetched and shown over the page where the person is.
import htmx from "htmx.org";
import { free } from "./busy.js";

let box;

function close() {
  if (box?.open) box.close();
}

function show(part, address) {
  if (!box) {
    box = document.createElement("dialog");
    document.body.append(box);
    box.addEventListener("close", () => box.replaceChildren());
    box.addEventListener("pointerdown", (e) => { if (e.target === box) close(); });
  }
  box.dataset.from = address;
  box.setAttribute("aria-labelledby", part.getAttribute("aria-labelledby"));
  box.replaceChildren(part);
  if (!box.open) box.showModal();
  htmx.process(part);
  htmx.trigger(part, "htmx:load", { elt: part }); // dresses what is inside
  (part.querySelector("[aria-invalid=true], [autofocus]") || part.querySelector("form .input:not([readonly])") || part.querySelector("h1"))?.focus();
}

// An answer as a document, or null when it is not a page.
async function page(response) {
  if (!(response.headers.get("Content-Type") || "").startsWith("text/html")) return null;
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

// Shows a page that is already here instead of asking for it again, which would lose what it says only once.
function become(next, address) {
  box = null;
  document.title = next.title;
  document.body.replaceWith(document.adoptNode(next.body));
  if (address) {
    history.pushState(null, "", address);
    addEventListener("popstate", (e) => { if (!e.state?.htmx) location.reload(); }, { once: true });
  }
  htmx.process(document.body);
  htmx.trigger(document.body, "htmx:load", { elt: document.body });
  scrollTo(0, 0);
  document.querySelector("main")?.focus();
}

async function open(link) {
  link.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(link.href, { headers: { "X-Dialog": "1" } });
    const found = (await page(response))?.querySelector("[data-dialog-content]");
    if (!found) throw new Error("no dialog there");
    show(document.adoptNode(found), link.href);
  } catch {
    location.href = link.href; // the page itself always works
  } finally {
    link.removeAttribute("aria-busy");
  }
}

async function send(form, button) {
  const data = new FormData(form, button);
  const action = button?.getAttribute("formaction") || form.getAttribute("action") || box.dataset.from;
  const multipart = form.enctype === "multipart/form-data";
  form.dataset.sent = "1";
  button?.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(action, { method: "POST", body: multipart ? data : new URLSearchParams(data), headers: { "X-Dialog": "1" } });
    const next = await page(response);
    const found = next?.querySelector("[data-dialog-content]");
    if (response.redirected) next ? become(next, response.url) : location.assign(response.url);
    else if (found) show(document.adoptNode(found), action);
    else if (next) become(next);
    else free(form);
  } catch {
    free(form); // the connection broke: nothing is known of the act, so the person presses again and the server knows the key
  }
}

export function dialogs() {
  document.addEventListener("click", (e) => {
    const link = e.target.closest("a[data-dialog]");
    if (!link || e.ctrlKey || e.metaKey || e.shiftKey || e.button) return;
    if (link.dataset.dialog === "close") {
      if (!box?.open) return; // a page of its own: the link leaves it
      e.preventDefault();
      close();
      return;
    }
    e.preventDefault();
    open(link);
  });
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (e.defaultPrevented || !box?.contains(form) || form.method !== "post" || form.hasAttribute("hx-post")) return;
    e.preventDefault();
    send(form, e.submitter);
  });
  addEventListener("keydown", (e) => {
    // Esc on a dialog that is a page of its own leaves it too, unless something is being typed.
    if (e.key !== "Escape" || box?.open || e.defaultPrevented || e.target.closest?.("input, textarea, select")) return;
    document.querySelector("main > #flash + [data-dialog-content]:last-child > header a[data-dialog=close]")?.click();
  });
}
