// Keeps the customer's phone alive: new messages come as ready pieces of HTML
// over server-sent events. Without this file the page works by reload.
(function () {
  "use strict";
  var list = document.getElementById("messages");
  var state = document.getElementById("state");
  var newer = document.getElementById("newer");

  function atEnd() { return list.scrollHeight - list.scrollTop - list.clientHeight < 48; }
  function toEnd() { list.scrollTop = list.scrollHeight; newer.hidden = true; }
  function reveal(root) {
    root.querySelectorAll(".copy").forEach(function (b) { b.hidden = false; });
  }

  // A page opened over plain HTTP from another machine has no clipboard API.
  function copy(text) {
    if (navigator.clipboard && window.isSecureContext) { return navigator.clipboard.writeText(text); }
    var field = document.createElement("textarea");
    field.value = text;
    document.body.appendChild(field);
    field.select();
    var done = document.execCommand("copy");
    field.remove();
    return done ? Promise.resolve() : Promise.reject();
  }

  list.addEventListener("click", function (event) {
    var button = event.target.closest(".copy");
    if (!button) { return; }
    copy(button.dataset.copy).then(function () { button.textContent = "✓ " + button.dataset.done; }, function () {});
  });
  list.addEventListener("scroll", function () { if (atEnd()) { newer.hidden = true; } });
  newer.addEventListener("click", toEnd);

  reveal(list);
  toEnd();

  var stream = new EventSource(list.dataset.events + "?after=" + list.dataset.last);
  stream.onopen = function () { state.textContent = state.dataset.live; };
  stream.onerror = function () { state.textContent = state.dataset.off; };
  stream.onmessage = function (event) {
    if (document.getElementById("m" + event.lastEventId)) { return; }
    var follow = atEnd();
    list.insertAdjacentHTML("beforeend", event.data);
    reveal(list);
    document.getElementById("none").hidden = true;
    // A reader who has scrolled up is not pulled away.
    if (follow) { toEnd(); } else { newer.hidden = false; }
  };

  // The reply goes out without leaving the page; the stream shows it.
  var form = document.querySelector("form.reply");
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    fetch(form.action, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ to: form.to.value, body: form.body.value })
    }).then(function (answer) {
      if (answer.ok) { form.body.value = ""; form.body.focus(); } else { form.submit(); }
    }, function () { form.submit(); });
  });
  form.body.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); form.requestSubmit(); }
  });
})();
