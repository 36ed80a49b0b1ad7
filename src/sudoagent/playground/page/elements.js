// Draws interactive elements and input blocks, and reads what was filled in.

import { el, icon } from "./dom.js";
import { confirmed } from "./confirm.js";
import { mrkdwn, plain } from "./mrkdwn.js";

// `around.use(element, block, choice)` returns a promise that settles when the app has answered.
export function control(element, block, around) {
  if (element.visible_to_user_ids && !element.visible_to_user_ids.includes(around.me)) return null;
  const use = (choice, sent) => used(element, block, around, choice, sent);
  switch (element.type) {
    case "button": return button(element, around, use);
    case "overflow": return overflow(element, use);
    default: return field(element, { label: element.placeholder?.text || element.action_id, changed: use });
  }
}

export function inputBlock(block, around) {
  const { element } = block;
  const id = `${around.prefix}-${block.block_id}`;
  const grouped = element.type === "checkboxes" || element.type === "radio_buttons";
  const error = el("p", { class: "error", id: `${id}-error`, hidden: true });
  const help = block.hint && el("p", { class: "help", id: `${id}-help` }, plain(block.hint.text));
  const described = [block.hint && `${id}-help`, `${id}-error`].filter(Boolean).join(" ");
  const changed = block.dispatch_action ? (choice) => used(element, block, around, choice) : undefined;
  const drawn = field(element, { id, described, changed, required: !block.optional });
  const label = [plain(block.label.text), block.optional && el("span", { class: "optional" }, " (optional)")];
  const data = { "data-block": block.block_id, "data-action": element.action_id, class: "b-input" };
  if (grouped) return el("div", data, el("fieldset", {}, el("legend", {}, label), drawn), help, error);
  return el("div", data, el("label", { for: id }, label), drawn, help, error);
}

// What stands in the inputs of a drawn view or message: by block_id in input blocks, since
// action_ids are unique within their block only, else by action_id.
export function valuesOf(root) {
  const values = {};
  for (const node of root.querySelectorAll("[data-field]")) {
    const block = node.closest("[data-block]");
    values[block ? block.dataset.block : node.dataset.field] = node.readValue();
  }
  return values;
}

export function showErrors(root, errors, lead) {
  let first = null;
  for (const block of root.querySelectorAll("[data-block]")) {
    const complaint = errors[block.dataset.block];
    const line = block.querySelector(".error");
    line.hidden = !complaint;
    line.textContent = complaint || "";
    const target = block.querySelector(".field, input");
    if (target) target.setAttribute("aria-invalid", String(Boolean(complaint)));
    first = first || (complaint && target);
  }
  if (first && lead) first.focus();
}

// `sent` is called once the person has confirmed, just before the app is told.
async function used(element, block, around, choice, sent = () => {}) {
  if (element.confirm && !(await confirmed(element.confirm, around))) return;
  sent();
  await around.use(element, block, choice);
}

function button(element, around, use) {
  const label = el("span", {}, plain(element.text.text, element.text.emoji !== false));
  const className = `button ${element.style || ""}`.trim();
  if (element.url && /^https?:/.test(element.url)) {
    const link = { class: className, href: element.url, target: "_blank", rel: "noopener noreferrer", onclick: () => use() };
    return el("a", link, label);
  }
  const node = el("button", { type: "button", class: className, "aria-label": element.accessibility_label, "data-action": element.action_id }, label);
  node.addEventListener("click", async () => {
    if (node.getAttribute("aria-busy") === "true") return;
    const busy = () => node.setAttribute("aria-busy", "true");
    await use(undefined, busy).finally(() => node.removeAttribute("aria-busy"));
  });
  return node;
}

function overflow(element, use) {
  const menu = el("div", { class: "menu", role: "menu", hidden: true });
  const opener = el("button", { type: "button", class: "button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": "More actions" }, icon("more"));
  const shut = () => { menu.hidden = true; opener.setAttribute("aria-expanded", "false"); };
  opener.addEventListener("click", () => {
    menu.hidden = !menu.hidden;
    opener.setAttribute("aria-expanded", String(!menu.hidden));
    if (!menu.hidden) menu.firstChild.focus();
  });
  for (const option of element.options) {
    const choose = () => { shut(); use(option.value); };
    menu.append(el("button", { type: "button", role: "menuitem", onclick: choose }, plain(option.text.text)));
  }
  const root = el("div", { class: "overflow" }, opener, menu);
  root.addEventListener("keydown", (event) => { if (event.key === "Escape" && !menu.hidden) { event.stopPropagation(); shut(); opener.focus(); } });
  root.addEventListener("focusout", (event) => { if (!root.contains(event.relatedTarget)) shut(); });
  return root;
}

function field(element, options) {
  const node = (FIELDS[element.type] || unknown)(element, options);
  node.dataset.field = element.action_id;
  if (options.changed) node.addEventListener("change", () => options.changed(node.readValue()));
  return node;
}

const FIELDS = {
  plain_text_input(element, { id, described }) {
    const common = { id, class: "field", placeholder: element.placeholder?.text, "aria-describedby": described, maxlength: element.max_length, autofocus: element.focus_on_load };
    const node = el(element.multiline ? "textarea" : "input", element.multiline ? common : { ...common, type: "text" });
    return typed(node, element.initial_value);
  },
  number_input(element, { id, described }) {
    const node = el("input", { id, class: "field", type: "text", inputmode: element.is_decimal_allowed ? "decimal" : "numeric", placeholder: element.placeholder?.text, "aria-describedby": described });
    return typed(node, element.initial_value);
  },
  datepicker(element, { id, described, label }) {
    return typed(el("input", { id, class: "field", type: "date", "aria-describedby": described, "aria-label": label }), element.initial_date);
  },
  static_select(element, { id, described, label }) {
    const node = el("select", { id, class: "field", "aria-describedby": described, "aria-label": label });
    node.append(el("option", { value: "" }, element.placeholder?.text || "Choose an option"));
    for (const group of element.option_groups || []) {
      node.append(el("optgroup", { label: group.label.text }, group.options.map(selectable)));
    }
    node.append(...(element.options || []).map(selectable));
    node.value = element.initial_option?.value || "";
    node.readValue = () => node.value || null;
    return node;
  },
  checkboxes(element, options) {
    const initial = (element.initial_options || []).map((option) => option.value);
    const node = choices(element, options, "checkbox", initial);
    node.readValue = () => [...node.querySelectorAll("input:checked")].map((box) => box.value);
    return node;
  },
  radio_buttons(element, options) {
    const node = choices(element, options, "radio", [element.initial_option?.value]);
    node.readValue = () => node.querySelector("input:checked")?.value || null;
    return node;
  },
};

function typed(node, initial) {
  node.value = initial || "";
  node.readValue = () => node.value;
  return node;
}

function selectable(option) {
  return el("option", { value: option.value }, option.text.text);
}

function choices(element, { id, described }, type, initial) {
  const name = `${id || "choice"}-${element.action_id}`;
  const rows = element.options.map((option) => {
    const input = el("input", { type, name, value: option.value, "aria-describedby": described });
    input.checked = initial.includes(option.value);
    const words = (object) => (object.type === "mrkdwn" ? mrkdwn(object.text, { person: () => null, groups: {}, channels: [] }) : plain(object.text));
    return el("label", { class: "choice" }, input, el("span", {}, words(option.text), option.description && el("small", {}, words(option.description))));
  });
  return el("div", { class: "control" }, rows);
}

function unknown(element) {
  const node = el("span", { class: "b-unknown" }, `[${element.type}]`);
  node.readValue = () => null;
  return node;
}
