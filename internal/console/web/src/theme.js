// The theme changes at once; the server is told so that the next page comes in it.
export function themes() {
  document.addEventListener("click", (e) => {
    const button = e.target.closest("[data-theme-switch] button");
    if (!button) return;
    e.preventDefault();
    const root = document.documentElement;
    if (button.value === "system") delete root.dataset.theme;
    else root.dataset.theme = button.value;
    for (const b of button.closest("fieldset").querySelectorAll("button")) b.setAttribute("aria-pressed", String(b === button));
    const data = new URLSearchParams({ theme: button.value, back: location.pathname });
    fetch(button.form.action, { method: "POST", body: data, redirect: "manual" }).catch(() => {});
  });
}
