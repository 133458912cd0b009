// The code field: keeps digits, submits itself when full, and lets the phone fill it in from the message (WebOTP).
export function code(root) {
  for (const field of root.querySelectorAll("[data-code]:not([data-dressed])")) {
    field.dataset.dressed = "1";
    const length = Number(field.dataset.code);
    const full = () => {
      const digits = field.value.replace(/\D/g, "").slice(0, length);
      if (digits !== field.value) field.value = digits;
      if (digits.length === length && "submit" in field.dataset && !field.form.dataset.sent) field.form.requestSubmit();
    };
    field.addEventListener("input", full);
    field.addEventListener("paste", (e) => {
      const digits = (e.clipboardData?.getData("text") || "").replace(/\D/g, "");
      if (digits.length < length) return; // an ordinary paste
      e.preventDefault();
      field.value = digits.slice(0, length);
      full();
    });
    if ("OTPCredential" in window) {
      const stop = new AbortController();
      field.form?.addEventListener("submit", () => stop.abort());
      navigator.credentials
        .get({ otp: { transport: ["sms"] }, signal: stop.signal })
        .then((otp) => {
          if (!otp?.code) return;
          field.value = otp.code;
          full();
        })
        .catch(() => {}); // the person declined or typed it: the field is still there
    }
  }
}
