// A form under way marks the button that sent it and takes no second press.
// Coming back to the page by the browser's Back finds the buttons free again.
export function busy() {
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (form.dataset.sent) {
      e.preventDefault();
      return;
    }
    // After the other listeners, which may have answered the form themselves, and after the browser took the button's value.
    setTimeout(() => {
      if (e.defaultPrevented || form.method === "get" || form.method === "dialog") return;
      form.dataset.sent = "1";
      e.submitter?.setAttribute("aria-busy", "true");
    });
  }, true);
  addEventListener("pageshow", () => {
    for (const f of document.querySelectorAll("form[data-sent]")) free(f);
  });
}

export function free(form) {
  delete form.dataset.sent;
  for (const b of form.querySelectorAll("[aria-busy]")) b.removeAttribute("aria-busy");
}
