// The confirm dialog of an element.

import { el } from "./dom.js";
import { mrkdwn, plain } from "./mrkdwn.js";

// Resolves to whether the person confirmed; Escape and a click outside mean no.
export function confirmed(ask, around) {
  return new Promise((resolve) => {
    const words = ask.text.type === "mrkdwn" ? mrkdwn(ask.text.text, around) : plain(ask.text.text);
    const style = ask.style === "danger" ? "danger" : "primary";
    const no = el("button", { type: "button", class: "button" }, el("span", {}, plain(ask.deny.text)));
    const yes = el("button", { type: "button", class: `button ${style}` }, el("span", {}, plain(ask.confirm.text)));
    const title = el("h2", { id: "confirm-title" }, plain(ask.title.text));
    const text = el("div", { class: "text", id: "confirm-text" }, words);
    const dialog = el(
      "dialog",
      { class: "confirm", role: "alertdialog", "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text" },
      title, text, el("div", { class: "buttons" }, no, yes),
    );
    let answer = false;
    no.addEventListener("click", () => dialog.close());
    yes.addEventListener("click", () => { answer = true; dialog.close(); });
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener("close", () => { dialog.remove(); resolve(answer); });
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  });
}
