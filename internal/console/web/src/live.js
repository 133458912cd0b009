// Parts that follow server-sent events: <div data-live="/url">. A message is the part's new content; "done" ends it;
// "reload" loads the page again. Nothing changes under a finger or while a field inside is being used: the newest waits.
import htmx from "htmx.org";

let pressing = false;
for (const [event, is] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false]]) {
  addEventListener(event, () => { pressing = is; }, true);
}

export function live(root) {
  const parts = [...root.querySelectorAll("[data-live]")];
  if (root.matches?.("[data-live]")) parts.push(root);
  for (const part of parts) if (!part.dataset.dressed) follow(part);
}

function follow(part) {
  part.dataset.dressed = "1";
  const source = new EventSource(part.dataset.live);
  let waiting = null;
  let timer = 0;
  const put = () => {
    clearTimeout(timer);
    if (waiting === null) return;
    const inside = part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
    if (pressing || inside || part.querySelector("details[open]")) {
      timer = setTimeout(put, 300);
      return;
    }
    const focused = part.contains(document.activeElement) && document.activeElement.id;
    htmx.swap(part, waiting, { swapStyle: "innerHTML" });
    waiting = null;
    if (focused) document.getElementById(focused)?.focus();
  };
  source.onmessage = (e) => {
    if (!part.isConnected) return source.close();
    waiting = e.data;
    put();
  };
  source.addEventListener("done", () => source.close());
  source.addEventListener("reload", () => { source.close(); location.reload(); });
  addEventListener("pagehide", () => source.close(), { once: true });
}
