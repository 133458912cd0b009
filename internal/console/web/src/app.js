// Quickens what works without it. Nothing here decides anything: every act is a link or a form that the server answers.
import htmx from "htmx.org";
import { busy } from "./busy.js";
import { code } from "./code.js";
import { dialogs } from "./dialog.js";
import { keys } from "./keys.js";
import { live } from "./live.js";
import { passkeys } from "./passkey.js";
import { themes } from "./theme.js";
import { copying, menus, toasts } from "./small.js";

// The content security policy allows no inline style and no eval; what comes back refused (422) is shown too.
Object.assign(htmx.config, {
  includeIndicatorStyles: false,
  allowEval: false,
  allowScriptTags: false,
  historyCacheSize: 0,
  scrollBehavior: "auto",
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "4(22|09|29)", swap: true, error: false },
    { code: "[45]..", swap: false, error: true },
  ],
});

document.documentElement.classList.add("js");
busy();
dialogs();
keys();
themes();
copying();
menus();

// Parts that need to be found again whenever the page changes.
function dress(root) {
  code(root);
  live(root);
  passkeys(root);
  toasts(root);
}
dress(document);
htmx.onLoad(dress);
