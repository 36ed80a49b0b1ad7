// Rich text: typed pieces in which nothing is parsed.

import { el } from "./dom.js";
import { broadcast, channel, date, group, link, user } from "./mrkdwn.js";

export function richText(block, around) {
  return el("div", { class: "rich-text" }, block.elements.map((element) => part(element, around)));
}

function part(element, around) {
  const inside = () => element.elements.map((piece) => inline(piece, around));
  switch (element.type) {
    case "rich_text_preformatted":
      return el("pre", { class: "rt-pre", tabindex: "0", "aria-label": "Code" }, inside());
    case "rich_text_quote":
      return el("blockquote", { class: "rt-quote" }, inside());
    case "rich_text_list": {
      const items = element.elements.map((item) => el("li", {}, item.elements.map((piece) => inline(piece, around))));
      const start = element.offset ? element.offset + 1 : undefined;
      return el(element.style === "ordered" ? "ol" : "ul", { "data-indent": element.indent, start }, items);
    }
    default:
      return el("div", { class: "rt-line" }, inside());
  }
}

function inline(piece, around) {
  switch (piece.type) {
    case "text": return styled(piece.text, piece.style);
    case "link": return styled(link(piece.url, piece.text), piece.style);
    case "user": return styled(user(piece.user_id, around), piece.style);
    case "usergroup": return group(piece.usergroup_id, around);
    case "channel": return channel(piece.channel_id, "", around);
    case "broadcast": return broadcast(piece.range);
    case "date": return date(String(piece.timestamp), piece.format, piece.fallback || "", around);
    case "emoji": return el("span", { class: "emoji", role: "img", "aria-label": piece.name }, unicode(piece));
    case "color": return el("code", {}, piece.value);
    default: return el("span", { class: "b-unknown" }, piece.type);
  }
}

function unicode(piece) {
  if (!piece.unicode || !/^[0-9a-f]+(-[0-9a-f]+)*$/i.test(piece.unicode)) return `:${piece.name}:`;
  try {
    return String.fromCodePoint(...piece.unicode.split("-").map((code) => parseInt(code, 16)));
  } catch {
    return `:${piece.name}:`;
  }
}

function styled(content, style = {}) {
  let node = content;
  if (style.code) node = el("code", {}, node);
  if (style.bold) node = el("strong", {}, node);
  if (style.italic) node = el("em", {}, node);
  if (style.strike) node = el("span", { class: "strike" }, node);
  if (style.underline) node = el("span", { class: "under" }, node);
  return node;
}
