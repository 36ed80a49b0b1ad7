// Draws messages: who, when, what, and what hangs below. Nodes that did not change stay in place.

import { avatar, el, icon, redraw, settle } from "./dom.js";
import { blocks } from "./blocks.js";
import { mrkdwn } from "./mrkdwn.js";
import { dayName, dayOf, fullDate, timeOf } from "./dates.js";
import { valuesOf } from "./elements.js";

const GROUPED_WITHIN = 300;

export class MessageList {
  // `acts`: `{use(message, element, choice, values), thread(ts) | null}`.
  constructor(root, acts) {
    this.root = root;
    this.acts = acts;
    this.nodes = new Map();
  }

  // `scope` names what is shown (person, channel, thread): another one starts afresh.
  show(messages, around, scope, empty, rule) {
    const fresh = scope !== this.scope;
    if (fresh) this.nodes.clear();
    this.scope = scope;
    const follow = fresh || this.root.scrollHeight - this.root.scrollTop - this.root.clientHeight < 80;
    const rows = messages.length ? this.rows(messages, around, fresh, rule) : [empty];
    settle(this.root, rows);
    if (follow) this.root.scrollTop = this.root.scrollHeight;
  }

  rows(messages, around, fresh, rule) {
    const rows = [];
    const kept = new Map();
    let before = null;
    for (const message of messages) {
      const date = when(message);
      if (!rule && (!before || dayOf(when(before), around.zone) !== dayOf(date, around.zone))) {
        rows.push(this.kept(kept, `day ${dayOf(date, around.zone)}`, dayName(date, around.zone), (name) => divider(name)));
        before = null;
      }
      const compact = !rule && joined(before, message);
      const key = JSON.stringify([{ ...message, reply_count: 0, warnings: [] }, compact]);
      const node = this.kept(kept, message.ts, key, () => this.message(message, around, compact));
      this.feet(node.querySelector(".feet"), message);
      if (!fresh && !this.nodes.has(message.ts)) node.classList.add("flash");
      rows.push(node);
      if (rule && message === messages[0] && messages.length > 1) {
        const words = messages.length === 2 ? "1 reply" : `${messages.length - 1} replies`;
        rows.push(this.kept(kept, "rule", words, () => el("div", { class: "thread-rule" }, words)));
      }
      before = message;
    }
    this.nodes = kept;
    return rows;
  }

  kept(kept, name, key, draw) {
    const known = this.nodes.get(name);
    const entry = known && known.key === key ? known : { key, node: draw(key) };
    kept.set(name, entry);
    return entry.node;
  }

  message(message, around, compact) {
    const author = around.person(message.user) || { id: message.user, name: "Slackbot", bot: true };
    const date = when(message);
    const time = el("time", { datetime: date.toISOString(), title: fullDate(date, around.zone) }, timeOf(date, around.zone));
    const gutter = el("div", { class: "gutter" }, compact ? time : avatar(author));
    const line = compact ? null : el(
      "div", { class: "line" }, el("span", { class: "author" }, author.name),
      author.bot && el("span", { class: "tag" }, "App"),
      author.stranger && el("span", { class: "tag" }, "Elsewhere"),
      author.guest && el("span", { class: "tag" }, "Guest"), time,
    );
    const body = el("div", { class: "body" });
    if (message.visible_to) body.append(el("div", { class: "only-you" }, icon("eye"), "Only visible to you"));
    if (line) body.append(line);
    body.append(this.content(message, around, body));
    if (message.edited) body.append(el("span", { class: "edited" }, "(edited)"));
    body.append(el("div", { class: "feet" }));
    const names = ["message", compact && "compact", message.visible_to && "private"].filter(Boolean).join(" ");
    return el("article", { class: names, "data-ts": message.ts, "aria-label": `${author.name}, ${timeOf(date, around.zone)}` }, gutter, body, this.tools(message));
  }

  content(message, around, body) {
    if (!message.blocks.length) return el("div", { class: "mrkdwn" }, mrkdwn(message.text, around));
    const use = (element, block, choice) => this.acts.use(message, element, choice, valuesOf(body));
    return blocks(message.blocks, { ...around, prefix: message.ts, use });
  }

  // What comes below a message while it stands there; its buttons and inputs stay as they are.
  feet(root, { ts, warnings, reply_count: count }) {
    const replies = Boolean(count && this.acts.thread);
    redraw(root, [warnings, replies], () => [
      warnings.length && warning(warnings.at(-1)),
      replies && el("button", { type: "button", class: "replies", onclick: () => this.acts.thread(ts) }, icon("reply"), el("span")),
    ]);
    if (replies) root.querySelector(".replies span").textContent = count === 1 ? "1 reply" : `${count} replies`;
  }

  tools(message) {
    if (!this.acts.thread || message.visible_to) return null;
    const open = () => this.acts.thread(message.ts);
    return el("div", { class: "tools" }, el("button", { type: "button", class: "icon-button", "aria-label": "Reply in thread", title: "Reply in thread", onclick: open }, icon("reply")));
  }
}

// Texts like "in 5 minutes" are told again as time goes by.
export function retell(root) {
  for (const node of root.querySelectorAll("time")) if (node.retell) node.retell();
}

function when(message) {
  return new Date(Number(message.ts) * 1000);
}

function joined(before, message) {
  if (!before || before.visible_to || message.visible_to) return false;
  return before.user === message.user && !message.blocks.length && message.ts - before.ts < GROUPED_WITHIN;
}

function divider(name) {
  return el("div", { class: "day", role: "separator", "aria-label": name }, el("span", {}, name));
}

function warning(why) {
  return el("div", { class: "warning", role: "alert" }, icon("warning"), `The button did nothing: ${why}.`);
}
