// The box to write in: messages, and slash commands.

import { el, icon, replace } from "./dom.js";

const COMMANDS = [
  ["/sudo pending", "what waits for a decision"],
  ["/sudo show", "one request, in full"],
  ["/sudo freeze", "refuse everything for now"],
  ["/sudo unfreeze", "take requests again"],
  ["/sudo grants", "what is allowed for a while"],
  ["/sudo help", "all commands"],
];

// `send(text)` returns a promise; the text comes back into the box when it is refused.
export function composer(form, placeholder, send) {
  const box = el("textarea", { rows: "1", placeholder, "aria-label": placeholder, enterkeyhint: "send" });
  const button = el("button", { type: "submit", class: "send", "aria-label": "Send" }, icon("send"));
  const hint = el("div", { class: "hint", hidden: true });
  const tidy = () => {
    button.classList.toggle("ready", Boolean(box.value.trim()));
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
    suggest(hint, box, tidy);
  };
  box.addEventListener("input", tidy);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
    if (event.key === "Escape") hint.hidden = true;
  });
  form.onsubmit = async (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    tidy();
    if (!(await send(text))) box.value = box.value || text;
    tidy();
  };
  replace(form, hint, el("div", { class: "box" }, box, button));
}

function suggest(hint, box, tidy) {
  const fitting = COMMANDS.filter(([command]) => box.value.startsWith("/") && command.startsWith(box.value) && command !== box.value);
  hint.hidden = fitting.length === 0;
  const rows = fitting.map(([command, what]) => {
    const take = () => { box.value = command; box.focus(); tidy(); };
    return el("button", { type: "button", onclick: take }, el("b", {}, command), el("span", {}, what));
  });
  replace(hint, rows);
}
