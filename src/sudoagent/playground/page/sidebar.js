// The sidebar: who you are, channels, direct messages, the app, and whether it is connected.

import { avatar, el, icon, settle } from "./dom.js";

// `acts`: `{become(id), open(place)}`; a place is a channel id or "home".
export function sidebar(root, screen, place, unread, acts) {
  const rooms = screen.channels.filter((channel) => !channel.direct);
  const direct = screen.channels.filter((channel) => channel.direct);
  const app = screen.people.find((person) => person.id === screen.app);
  const row = (id, name, facts, mark) => {
    const node = kept(`room ${id}`, [name, facts], () => entry(id, name, facts, mark(), acts));
    return marked(node, place === id, unread.get(id));
  };
  settle(root, [
    kept("workspace", screen.team, () => workspace(screen.team)),
    kept("you", [screen.me, screen.people], () => you(screen, acts)),
    list("Channels", rooms.map((room) => row(room.id, room.name, [room.archived, room.private], () => sign(room)))),
    ...(direct.length ? [list("Direct messages", direct.map((room) => row(room.id, app.name, [], () => avatar(app, "small"))))] : []),
    list("Apps", [row("home", `${app.name} · Home`, [], () => avatar(app, "small"))]),
    kept("state", screen.connections, () => state(screen.connections)),
  ]);
}

// What was drawn under this name stays while the same is told of it.
const drawn = new Map();
function kept(name, facts, draw) {
  const key = JSON.stringify(facts);
  if (drawn.get(name)?.key !== key) drawn.set(name, { key, node: draw() });
  return drawn.get(name).node;
}

function workspace(team) {
  return el("div", { class: "workspace" }, el("img", { src: "/page/icon.svg", alt: "" }), el("div", {}, team, el("small", {}, "a local Slack")));
}

function list(title, rows) {
  const node = kept(`list ${title}`, title, () => el("div", { class: "list" }, el("h2", {}, title)));
  settle(node, [node.firstChild, ...rows]);
  return node;
}

function entry(id, name, [archived], mark, acts) {
  return el(
    "button", { type: "button", class: archived ? "room archived" : "room", "data-place": id, onclick: () => acts.open(id) },
    el("span", { class: "sign", "aria-hidden": "true" }, mark),
    el("span", { class: "name" }, name),
  );
}

function marked(node, current, unread) {
  node.classList.toggle("unread", Boolean(unread));
  if (current) node.setAttribute("aria-current", "page");
  else node.removeAttribute("aria-current");
  const badge = node.querySelector(".badge");
  if (!unread) badge?.remove();
  else if (!badge) node.append(el("span", { class: "badge", "aria-label": "new messages" }, unread));
  return node;
}

function sign(room) {
  if (room.archived) return icon("archive");
  return room.private ? icon("lock") : "#";
}

function state(connections) {
  const words = connections === 0 ? "No app is connected" : connections === 1 ? "The app is connected" : `The app is connected ${connections} times`;
  return el("div", { class: "state", role: "status" }, el("span", { class: `dot ${connections ? "on" : "off"}` }), el("span", {}, words));
}

function you(screen, acts) {
  const me = screen.people.find((person) => person.id === screen.me);
  const menu = el("div", { class: "people", role: "menu", "aria-label": "Be somebody else", hidden: true }, el("h2", {}, "Look at Slack as…"));
  for (const person of screen.people) {
    if (person.id === screen.app || person.id === "USLACKBOT") continue;
    const chosen = person.id === screen.me;
    menu.append(
      el(
        "button",
        { type: "button", role: "menuitemradio", "aria-checked": String(chosen), "data-person": person.id, onclick: () => acts.become(person.id) },
        avatar(person, "medium"), el("span", { class: "who" }, el("b", {}, person.name), el("span", {}, person.title)),
      ),
    );
  }
  const opener = el(
    "button", { type: "button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": `You are ${me.name}, ${me.title}. Be somebody else` },
    avatar(me), el("span", { class: "who" }, el("b", {}, me.name), el("span", {}, me.title)), icon("chevron", "chevron"),
  );
  const toggle = (open) => { menu.hidden = !open; opener.setAttribute("aria-expanded", String(open)); };
  opener.addEventListener("click", () => { toggle(menu.hidden); if (!menu.hidden) menu.querySelector("[aria-checked=true]").focus(); });
  const box = el("div", { class: "you" }, opener, menu);
  box.addEventListener("focusout", (event) => { if (event.relatedTarget && !box.contains(event.relatedTarget)) toggle(false); });
  box.addEventListener("keydown", (event) => walk(event, menu, () => { toggle(false); opener.focus(); }));
  return box;
}

function walk(event, menu, shut) {
  if (menu.hidden) return;
  if (event.key === "Escape") return shut();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const items = [...menu.querySelectorAll("button")];
  const at = items.indexOf(document.activeElement);
  items[(at + step + items.length) % items.length].focus();
}
