// "/" and Ctrl+K or ⌘K go to the search box, wherever one is; on a phone-sized screen to the search page.
export function keys() {
  addEventListener("keydown", (e) => {
    const typing = e.target.closest?.("input, textarea, select, [contenteditable]");
    const wanted = (e.key === "/" && !typing && !e.ctrlKey && !e.metaKey && !e.altKey) || (e.key.toLowerCase() === "k" && (e.ctrlKey || e.metaKey));
    const box = document.querySelector("[data-search]");
    if (!wanted || !box || document.querySelector("dialog[open]")) return;
    e.preventDefault();
    if (box.offsetParent === null) location.href = box.form.action;
    box.focus();
    box.select();
  });
}
