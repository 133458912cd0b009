// Toasts leave by themselves unless someone reads or uses them.
export function toasts(root) {
  for (const toast of root.querySelectorAll("[data-toast]:not([data-dressed])")) {
    toast.dataset.dressed = "1";
    const leave = () => {
      if (toast.matches(":hover, :focus-within")) return setTimeout(leave, 2000);
      toast.classList.add("leaving");
      setTimeout(() => toast.remove(), 300);
    };
    setTimeout(leave, toast.querySelector("a, button") ? 12000 : 6000);
  }
}

// Copies the value of a field and says so on the button.
export function copying() {
  document.addEventListener("click", async (e) => {
    const button = e.target.closest("[data-copy]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.select(); // without the permission, Ctrl+C is one key away
      return;
    }
    const word = button.querySelector("span");
    const before = word.textContent;
    word.textContent = button.dataset.done;
    setTimeout(() => { word.textContent = before; }, 2000);
  });
}

// Menus close on Esc and when one presses elsewhere.
export function menus() {
  const close = (except) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) if (menu !== except) menu.open = false;
  };
  document.addEventListener("click", (e) => close(e.target.closest("details[data-menu]")));
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Escape") return;
    const menu = document.querySelector("details[data-menu][open]");
    if (!menu) return;
    e.preventDefault();
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
