// Draws Block Kit blocks. `around` says who looks and what happens when something is used.

import { el } from "./dom.js";
import { control, inputBlock } from "./elements.js";
import { mrkdwn, plain } from "./mrkdwn.js";
import { richText } from "./richtext.js";

export function blocks(list, around) {
  return el("div", { class: "blocks" }, list.map((block) => drawn(block, around)));
}

export function text(object, around) {
  if (object.type === "mrkdwn") return el("div", { class: "mrkdwn" }, mrkdwn(object.text, around));
  return el("div", { class: "plain-text" }, plain(object.text, object.emoji !== false));
}

const DRAWN = {
  header: (block) => el("h3", { class: "b-header" }, plain(block.text.text, block.text.emoji !== false)),
  section,
  rich_text: richText,
  divider: () => el("hr", { class: "b-divider" }),
  context: (block, around) => el("div", { class: "b-context" }, block.elements.map((each) => contextual(each, around))),
  actions: (block, around) =>
    el("div", { class: "b-actions" }, block.elements.map((element) => control(element, block, around))),
  input: inputBlock,
  image: (block) => el("figure", { class: "b-image" }, picture(block)),
};

function drawn(block, around) {
  const draw = Object.hasOwn(DRAWN, block.type) ? DRAWN[block.type] : null;
  return draw ? draw(block, around) : el("p", { class: "b-unknown" }, `[${block.type}]`);
}

function section(block, around) {
  const texts = el("div", { class: "texts" });
  if (block.text) texts.append(text(block.text, around));
  if (block.fields) texts.append(el("div", { class: "fields" }, block.fields.map((field) => text(field, around))));
  const accessory = block.accessory && (block.accessory.type === "image" ? picture(block.accessory) : control(block.accessory, block, around));
  return el("div", { class: "b-section" }, texts, accessory);
}

function contextual(element, around) {
  return element.type === "image" ? picture(element) : text(element, around);
}

// The page loads nothing from elsewhere, so a picture is its description.
function picture(image) {
  return el("span", { class: "picture", role: "img", "aria-label": image.alt_text }, image.alt_text);
}
