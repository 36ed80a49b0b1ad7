// The page: one person, one place, redrawn from what the playground tells whenever it changes.

import { el, icon, redraw, replace } from "./dom.js";
import { blocks } from "./blocks.js";
import { composer } from "./composer.js";
import { AGAIN_AFTER, listen, order, Refused } from "./api.js";
import { MessageList, retell } from "./messages.js";
import { Modal } from "./modal.js";
import { sidebar } from "./sidebar.js";
import { valuesOf } from "./elements.js";

const byId = (id) => document.getElementById(id);
const start = new URLSearchParams(location.hash.slice(1));
const here = { person: start.get("as") || "U0ALICE", place: start.get("in") || "C0APPROVALS", thread: null };
const read = new Map();
let screen = null;
let stop = () => {};
let trouble = "";
const silent = { feed: false, screen: false };
let later = null;

const main = new MessageList(byId("messages"), { use: useMessage, thread: openThread });
const modal = new Modal({
  submit: (view, values) => act("submit", { view_id: view.id, values }),
  close: (view, everything) => act("close", { view_id: view.id, everything }),
});
let thread = null;

async function act(name, told) {
  trouble = "";
  try {
    return await order(name, { person: here.person, ...told });
  } catch (refused) {
    trouble = refused.message;
    return null;
  } finally {
    await refresh();
  }
}

function useMessage(message, element, choose, values) {
  return act("click", { action_id: element.action_id, ts: message.ts, choose, values });
}

function useView(view, element, choose, values) {
  return act("click", { action_id: element.action_id, view_id: view.id, choose, values });
}

// At most one request at a time, and one more for whatever changed meanwhile.
let busy = null;
let again = false;
function refresh() {
  again = true;
  busy = busy || load();
  return busy;
}

async function load() {
  try {
    while (again) {
      again = false;
      const asked = { ...here };
      const shown = await look(asked);
      // An answer about where the person was before would take them back there.
      if (Object.keys(here).some((key) => here[key] !== asked[key])) again = true;
      else if (shown) draw(shown);
    }
  } finally {
    busy = null;
  }
}

async function look({ person, place, thread }) {
  const channel = place === "home" ? null : place;
  clearTimeout(later);
  try {
    const shown = await order("screen", { person, channel, thread_ts: thread });
    silent.screen = false;
    return shown;
  } catch (failed) {
    if (failed instanceof Refused) trouble = failed.message;
    else later = setTimeout(refresh, AGAIN_AFTER);
    silent.screen = !(failed instanceof Refused);
    notice(trouble);
    return null;
  }
}

function around() {
  const me = screen.people.find((person) => person.id === screen.me);
  return {
    me: screen.me,
    app: screen.app,
    zone: me.tz,
    groups: screen.groups,
    channels: screen.channels,
    person: (id) => screen.people.find((person) => person.id === id),
    useView,
  };
}

function draw(shown) {
  screen = shown;
  if (here.place !== "home" && screen.channel) here.place = screen.channel;
  const home = here.place === "home";
  const room = screen.channels.find((channel) => channel.id === here.place);
  if (room) read.set(`${here.person} ${room.id}`, room.latest);
  byId("frame").classList.toggle("with-thread", Boolean(here.thread) && !home);
  sidebar(byId("sidebar"), screen, here.place, unread(), { become, open });
  bar(room, home);
  notice(trouble);
  byId("messages").hidden = byId("composer").hidden = home;
  byId("home").hidden = !home;
  if (home) drawHome();
  else drawRoom(room);
  drawThread(room);
  modal.show(screen.views, around());
  document.title = `${home ? "Home" : room ? `#${room.name}` : "Nowhere"} – ${screen.team}`;
}

function unread() {
  const marks = new Map();
  for (const room of screen.channels) {
    const seen = read.get(`${here.person} ${room.id}`);
    if (seen === undefined) read.set(`${here.person} ${room.id}`, room.direct ? "" : room.latest);
    else if (room.latest > seen && room.id !== here.place) marks.set(room.id, "•");
  }
  return marks;
}

function bar(room, home) {
  const facts = [home, screen.app, room && { ...room, latest: "" }];
  redraw(byId("bar"), facts, () => barOf(room, home));
}

function barOf(room, home) {
  const burger = el("button", { type: "button", class: "icon-button hamburger", "aria-label": "Open the sidebar", onclick: () => byId("frame").classList.add("with-sidebar") }, icon("menu"));
  const theme = el("button", { type: "button", class: "icon-button", "aria-label": "Light or dark", title: "Light or dark", onclick: flip }, icon("moon"));
  const app = around().person(screen.app).name;
  const title = home || room?.direct ? app : room?.name || "Nowhere";
  const mark = home || !room || room.direct ? null : room.private ? icon("lock") : el("span", { "aria-hidden": "true" }, "#");
  const members = room && !room.direct && !home && el("span", { class: "count", title: `${room.members} members` }, icon("people"), String(room.members));
  const shared = room?.shared && !home && el("span", { class: "tag", title: "People of another workspace are here" }, "Shared");
  const topic = el("span", { class: "topic" }, home ? "What the app shows to you alone" : room?.topic || "");
  return [burger, el("h1", {}, mark, title, shared), topic, members, theme];
}

function notice(words) {
  const me = screen?.people.find((person) => person.id === here.person);
  const cannot = me && (me.deleted || me.bot) && "In Slack this account could not press anything. Here it can, to show what the app does about it.";
  byId("notice").textContent = silent.feed || silent.screen ? "The playground does not answer. Is it still running?" : words || cannot || "";
}

function drawRoom(room) {
  const name = room ? (room.direct ? "the app" : `#${room.name}`) : "";
  const nothing = el(
    "div", { class: "empty" }, el("img", { src: "/page/icon.svg", alt: "" }), el("h2", {}, room ? `This is ${name}` : "You are in no channel"),
    el("p", {}, room ? "Nothing was posted yet. When an agent asks for approval, the question appears here." : "Choose somebody else to look at Slack as."),
  );
  main.show(screen.messages, around(), `${here.person} ${here.place}`, nothing);
  const form = byId("composer");
  const kind = `${here.person} ${here.place} ${room?.archived}`;
  if (form.dataset.kind === kind) return;
  form.dataset.kind = kind;
  form.className = room && !room.archived ? "composer" : "closed";
  if (!room || room.archived) replace(form, el("p", {}, room ? "This channel is archived. Nothing can be posted here." : "Nothing to write to."));
  else composer(form, `Message ${name}, or type / for commands`, (text) => write(text, room.id, null));
}

// Goes to the conversation that the box stands below, even if another one is being opened.
function write(text, channel, threadTs) {
  if (!text.startsWith("/")) return act("say", { text, channel, thread_ts: threadTs });
  const space = text.search(/\s/);
  const command = space < 0 ? text : text.slice(0, space);
  return act("slash", { command, text: text.slice(command.length).trim(), channel });
}

function drawHome() {
  const root = byId("home");
  const { home } = screen;
  const key = home ? `${here.person} ${home.hash}` : "nothing";
  if (root.dataset.key === key) return;
  root.dataset.key = key;
  if (!home) {
    replace(root, el("div", { class: "empty" }, el("img", { src: "/page/icon.svg", alt: "" }), el("h2", {}, "Nothing here yet"), el("p", {}, "The app has not published a Home tab for you.")));
    return;
  }
  const use = (element, block, choice) => useView(home, element, choice, valuesOf(root));
  replace(root, blocks(home.blocks, { ...around(), prefix: home.id, use }));
}

function drawThread(room) {
  const root = byId("thread");
  root.hidden = !here.thread || here.place === "home";
  if (root.hidden) return;
  const kind = `${here.person} ${here.thread}`;
  if (root.dataset.kind !== kind) {
    root.dataset.kind = kind;
    const list = el("div", { class: "messages", role: "log", "aria-label": "Replies" });
    const form = el("form", { class: "composer", autocomplete: "off" });
    const close = el("button", { type: "button", class: "icon-button", "aria-label": "Close the thread", onclick: () => openThread(null) }, icon("close"));
    replace(root, el("header", {}, el("h2", {}, "Thread", el("small", {}, room ? `#${room.name}` : "")), close), list, form);
    thread = new MessageList(list, { use: useMessage, thread: null });
    const { place, thread: ts } = here;
    composer(form, "Reply…", (text) => write(text, place, ts));
  }
  thread.show(screen.thread, around(), kind, el("p", { class: "empty" }, "This message was deleted."), true);
}

function openThread(ts) {
  here.thread = ts;
  refresh();
}

function open(place) {
  here.place = place;
  here.thread = null;
  byId("frame").classList.remove("with-sidebar");
  remember();
  refresh();
  if (place === "home") act("open_home", {});
}

function become(id) {
  here.person = id;
  here.thread = null;
  trouble = "";
  for (const menu of byId("sidebar").querySelectorAll(".people")) menu.hidden = true;
  byId("frame").classList.remove("with-sidebar");
  remember();
  stop();
  stop = listen(id, refresh, lost);
  refresh();
}

function lost(gone) {
  silent.feed = gone;
  if (gone) notice(trouble);
  else refresh();
}

function remember() {
  history.replaceState(null, "", `#as=${here.person}&in=${here.place}`);
}

function flip() {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
}

const dark = matchMedia("(prefers-color-scheme: dark)");
document.documentElement.dataset.theme = localStorage.getItem("theme") || (dark.matches ? "dark" : "light");
byId("scrim").addEventListener("click", () => byId("frame").classList.remove("with-sidebar"));
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".people:not([hidden])")) if (!menu.parentElement.contains(event.target)) menu.hidden = true;
});
setInterval(() => retell(document), 5000);
become(here.person);
