// The topmost modal of the person, as a dialog; what was typed survives errors and warnings.

import { avatar, el, icon, replace } from "./dom.js";
import { blocks } from "./blocks.js";
import { plain } from "./mrkdwn.js";
import { showErrors, valuesOf } from "./elements.js";

export class Modal {
  // `acts`: `{submit(view, values), close(view, everything)}`, each returning a promise.
  constructor(acts) {
    this.acts = acts;
    this.dialog = null;
    this.drawn = "";
  }

  show(views, around) {
    const view = views[views.length - 1];
    if (!view) return this.hide();
    if (!this.dialog) this.open();
    // A browser closes a dialog at the second Escape, whatever the page says; the view is still there.
    if (!this.dialog.open) this.dialog.showModal();
    const key = `${around.me} ${view.id} ${view.hash}`;
    if (key !== this.drawn) this.draw(view, views.length, around);
    this.drawn = key;
    this.trouble.hidden = !view.warning;
    this.trouble.textContent = view.warning || "";
    this.complain(view.errors);
  }

  hide() {
    if (!this.dialog) return;
    this.dialog.remove();
    this.dialog = null;
    this.drawn = "";
    if (this.before?.isConnected) this.before.focus();
  }

  open() {
    this.before = document.activeElement;
    this.dialog = el("dialog", { class: "modal", "aria-labelledby": "modal-title" });
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.acts.close(this.view, false);
    });
    document.body.append(this.dialog);
  }

  // Leads to the first mistake once, not again at every change elsewhere while it is corrected.
  complain(errors) {
    const complaints = JSON.stringify(errors);
    showErrors(this.content, errors, complaints !== this.complaints);
    this.complaints = complaints;
  }

  draw(view, depth, around) {
    this.view = view;
    const app = around.person(around.app);
    this.trouble = el("p", { class: "trouble", role: "alert", hidden: true });
    const inside = { ...around, prefix: view.id, use: (element, block, choice) => around.useView(view, element, choice, valuesOf(this.content)) };
    this.content = el("div", { class: "content" }, this.trouble, blocks(view.blocks, inside));
    const close = view.close ? view.close.text : "Close";
    const back = depth > 1 && el("button", { type: "button", class: "icon-button", "aria-label": "Back", onclick: () => this.acts.close(view, false) }, icon("back"));
    const header = el(
      "header", {}, back || avatar(app, "medium"),
      el("h2", { id: "modal-title" }, plain(view.title.text)),
      el("button", { type: "button", class: "icon-button", "aria-label": "Close", onclick: () => this.acts.close(view, depth > 1) }, icon("close")),
    );
    const footer = el(
      "footer", {}, el("span", { class: "from" }, avatar(app, "small"), app.name),
      el("button", { type: "button", class: "button", onclick: () => this.acts.close(view, false) }, el("span", {}, plain(close))),
      view.submit && el("button", { type: "submit", class: "button primary", "data-submit": "" }, el("span", {}, plain(view.submit.text))),
    );
    replace(this.dialog, el("form", { method: "dialog", novalidate: true, onsubmit: (event) => this.submit(event) }, header, this.content, footer));
    const first = this.content.querySelector("[autofocus], .field, input") || this.dialog.querySelector("footer .button");
    first.focus();
  }

  async submit(event) {
    event.preventDefault();
    const button = this.dialog.querySelector("[data-submit]");
    if (!button || button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    this.complaints = "";
    await this.acts.submit(this.view, valuesOf(this.content)).finally(() => button.removeAttribute("aria-busy"));
  }
}
