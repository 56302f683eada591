// The desk works without this: it shows effects before a key is pressed, and gives everything a key.
"use strict";

// How long to wait after a keystroke before the effect is worked out, in milliseconds: a pause in typing.
const PAUSE = 350;

function effects(form) {
  const regions = [...form.querySelectorAll("[data-effect]")];
  let run = new AbortController();
  let timer = 0;

  const filled = (region) => (region.dataset.needs || "").split(" ").filter(Boolean).every((name) =>
    [...form.elements].some((field) => field.name === name && field.value.trim() !== ""));
  const shown = (region) => !region.closest("details:not([open])");

  async function work() {
    run.abort();
    run = new AbortController();
    const { signal } = run;
    const due = regions.filter((region) => shown(region) && filled(region));
    for (const region of regions) {
      if (!due.includes(region)) {
        region.replaceChildren();
        region.removeAttribute("aria-busy");
        continue;
      }
      region.setAttribute("aria-busy", "true");
      if (region.childElementCount === 0) region.textContent = "Working out the effect ...";
    }
    // One after the other, the first choice first: each takes all of the machine.
    for (const region of due) {
      const body = new URLSearchParams(new FormData(form));
      body.set("choice", region.dataset.effect);
      body.set("fragment", "yes");
      try {
        const response = await fetch("/effect", { method: "POST", body, signal });
        const text = await response.text();
        if (signal.aborted) return;
        if (response.ok) {
          const page = new DOMParser().parseFromString(text, "text/html");
          region.replaceChildren(...page.body.childNodes);
        } else {
          region.textContent = "The effect cannot be shown. Reload the page.";
        }
      } catch (error) {
        if (signal.aborted) return;
        region.textContent = "The desk does not respond. Is it still running?";
      }
      region.removeAttribute("aria-busy");
    }
  }
  const soon = (pause) => {
    clearTimeout(timer);
    // What is shown belongs to what was typed before.
    regions.filter(shown).forEach((region) => region.setAttribute("aria-busy", "true"));
    timer = setTimeout(work, pause);
  };
  form.addEventListener("input", () => soon(PAUSE));
  // Enter in a field chooses the button of its own part of the form; elsewhere there may be several, and it chooses none.
  form.addEventListener("keydown", (event) => {
    const part = event.target.matches("input[type=text]") && event.target.closest("details.decline");
    if (event.key === "Enter" && part && form.contains(part)) {
      event.preventDefault();
      form.requestSubmit(part.querySelector("button[name=choice]"));
    }
  });
  form.addEventListener("toggle", (event) => { if (event.target.querySelector("[data-effect]")) soon(0); }, true);
  form.closest("details")?.addEventListener("toggle", () => soon(0));
  work();
}

document.querySelectorAll("form[data-effects]").forEach(effects);

const dialog = document.getElementById("keys");
const single = document.getElementById("single");
single.checked = localStorage.getItem("single-keys") !== "off";
single.addEventListener("change", () => localStorage.setItem("single-keys", single.checked ? "on" : "off"));

function press(target) {
  if (target.matches("details")) {
    target.open = true;
    target.querySelector("input, textarea").focus();
  } else if (target.matches("input, textarea, button[name=choice]")) {
    // What changes a file is chosen first, and made with Enter.
    target.focus();
    target.closest(".choice")?.scrollIntoView({ block: "nearest" });
  } else {
    target.click();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !single.checked) return;
  const typing = event.target.matches("input:not([type=checkbox]), textarea, select");
  if (typing && event.key === "Escape") event.target.blur();
  if (typing || (dialog.open && event.key !== "?")) return;
  if (event.key === "?") {
    if (dialog.open) dialog.close();
    else dialog.showModal();
    event.preventDefault();
    return;
  }
  const target = [...document.querySelectorAll("[data-key]")].find((element) => element.dataset.key === event.key);
  if (target) {
    event.preventDefault();
    press(target);
  } else if (event.key === "/") {
    event.preventDefault();
    location.href = "/try";
  }
});

// A form that is sent twice would be refused the second time.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  else if (event.target.method === "post") event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
