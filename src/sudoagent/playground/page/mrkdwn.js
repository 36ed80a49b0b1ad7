// Slack's mrkdwn as nodes: only where a text object says mrkdwn, and never as HTML.

import { el } from "./dom.js";
import { slackDate } from "./dates.js";
import { withEmoji } from "./emoji.js";

const INLINE = new RegExp(
  [
    "```([\\s\\S]+?)```",
    "`([^`\\n]+)`",
    "<([^<>\\n]+)>",
    "(?<![\\w*])\\*(?=[^\\s*])([^*\\n]*[^\\s*])\\*(?![\\w*])",
    "(?<![\\w_])_(?=[^\\s_])([^_\\n]*[^\\s_])_(?![\\w_])",
    "(?<![\\w~])~(?=[^\\s~])([^~\\n]*[^\\s~])~(?![\\w~])",
  ].join("|"),
  "g",
);

export function unescape(text) {
  return text.replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: "<", gt: ">", amp: "&" })[name]);
}

export function plain(text, emoji = true) {
  return emoji ? withEmoji(text) : [text];
}

// `around` knows who is looking: `{person(id), groups, channels, me, zone}`.
export function mrkdwn(text, around) {
  const nodes = [];
  for (const run of text.split(/^((?:(?:&gt;|>).*(?:\n|$))+)/m)) {
    if (!run) continue;
    if (/^(&gt;|>)/.test(run)) {
      const quoted = run.replace(/\n$/, "").replace(/^(&gt;|>) ?/gm, "");
      nodes.push(el("blockquote", {}, inline(quoted, around)));
    } else nodes.push(...inline(run, around));
  }
  return nodes;
}

function inline(text, around) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    nodes.push(...leaf(text.slice(from, match.index)));
    nodes.push(styled(match, around));
    from = match.index + match[0].length;
  }
  nodes.push(...leaf(text.slice(from)));
  return nodes;
}

function styled([, fence, code, entity, bold, italic, strike], around) {
  if (fence !== undefined) return el("pre", {}, unescape(fence.replace(/^\n/, "")));
  if (code !== undefined) return el("code", {}, unescape(code));
  if (entity !== undefined) return reference(entity, around);
  if (bold !== undefined) return el("strong", {}, inline(bold, around));
  if (italic !== undefined) return el("em", {}, inline(italic, around));
  return el("span", { class: "strike" }, inline(strike, around));
}

function leaf(text) {
  return text ? withEmoji(unescape(text)) : [];
}

function reference(entity, around) {
  const [target, label] = split(entity);
  if (target.startsWith("@")) return user(target.slice(1), around);
  if (target.startsWith("#")) return channel(target.slice(1), label, around);
  if (target.startsWith("!subteam^")) return group(target.slice(9), around);
  if (target.startsWith("!date^")) {
    const [, timestamp, format] = target.split("^");
    return date(timestamp, format || "", label || "", around);
  }
  if (target.startsWith("!")) return broadcast(target.slice(1));
  return link(unescape(target), label && unescape(label));
}

function split(entity) {
  const bar = entity.indexOf("|");
  return bar < 0 ? [entity, ""] : [entity.slice(0, bar), entity.slice(bar + 1)];
}

export function user(id, around) {
  const person = around.person(id);
  const mine = id === around.me ? " me" : "";
  return el("span", { class: `mention${mine}` }, `@${person ? person.name : id}`);
}

export function group(id, around) {
  return el("span", { class: "mention" }, `@${around.groups[id] || id}`);
}

export function channel(id, label, around) {
  const found = around.channels.find((each) => each.id === id);
  return el("span", { class: "mention" }, `#${found ? found.name : label || id}`);
}

export function broadcast(range) {
  return el("span", { class: "mention loud" }, `@${range}`);
}

export function date(timestamp, format, fallback, around) {
  const spoken = () => slackDate(timestamp, format, fallback, around.zone);
  const node = el("time", { datetime: new Date(Number(timestamp) * 1000 || 0).toISOString() }, spoken());
  if (format.includes("{ago}")) node.retell = () => { node.textContent = spoken(); };
  return node;
}

export function link(url, label) {
  if (!/^(https?:|mailto:)/i.test(url)) return document.createTextNode(label || url);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer nofollow" }, label || url);
}
