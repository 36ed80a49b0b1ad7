// Builds elements. Text only ever becomes text nodes: nothing that arrives is parsed as HTML.

const SVG = "http://www.w3.org/2000/svg";

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child || child === ""));
  return node;
}

export function replace(parent, ...children) {
  parent.replaceChildren(...children.flat().filter((child) => child));
}

// Puts the rows in place without touching those that stay: they keep focus, open menus, and the
// click that has begun on them, which a browser drops when its node goes before the button is up.
export function settle(root, rows) {
  const wanted = new Set(rows);
  for (const child of [...root.children]) if (!wanted.has(child)) child.remove();
  rows.forEach((row, index) => {
    if (root.children[index] !== row) root.insertBefore(row, root.children[index] || null);
  });
}

// As `replace`, but only when something else is told than the last time.
const told = new WeakMap();
export function redraw(parent, facts, draw) {
  const key = JSON.stringify(facts);
  if (told.get(parent) === key) return;
  told.set(parent, key);
  replace(parent, ...draw());
}

const PATHS = {
  lock: "M6 9V6.5a4 4 0 0 1 8 0V9m-9 0h10v8H5z",
  eye: "M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10zm8-2.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
  warning: "M10 3l8 14H2zm0 5v4m0 2.5v.1",
  close: "M5 5l10 10M15 5L5 15",
  back: "M12 4l-6 6 6 6",
  chevron: "M5 8l5 5 5-5",
  reply: "M3 4h14v9H9l-4 3.5V13H3z",
  people: "M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 16.5c.4-3 2.6-4.5 5.5-4.5s5.1 1.5 5.5 4.5M13 4a3 3 0 0 1 0 5.5M15 12.2c1.8.6 2.8 2.1 3 4.3",
  send: "M3 10l14-6-4.5 13-3-5.5z",
  menu: "M3 5h14M3 10h14M3 15h14",
  moon: "M16 12.5A7 7 0 0 1 7.5 4a6.5 6.5 0 1 0 8.5 8.5z",
  more: "M10 4.5v.1M10 10v.1M10 15.5v.1",
  home: "M3 9.5L10 4l7 5.5V16h-4.5v-4h-5v4H3z",
  archive: "M3 4h14v4H3zm1 4v8h12V8m-8 3h4",
};

export function icon(name, className = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  if (className) svg.setAttribute("class", className);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  path.setAttribute("fill", "none");
  path.setAttribute("stroke", "currentColor");
  path.setAttribute("stroke-width", name === "more" ? "2.6" : "1.6");
  path.setAttribute("stroke-linecap", "round");
  path.setAttribute("stroke-linejoin", "round");
  svg.append(path);
  return svg;
}

export function avatar(person, size = "") {
  const className = `avatar ${size}`.trim();
  if (person.id === "U0SUDOAGENT") {
    return el("span", { class: className, "aria-hidden": "true" }, el("img", { src: "/page/icon.svg", alt: "" }));
  }
  const initials = person.name.split(" ").map((word) => word[0]).join("").slice(0, 2);
  let tone = 0;
  for (const letter of person.id) tone = (tone * 53 + letter.charCodeAt(0)) % 997;
  return el("span", { class: className, "data-tone": tone % 8, "aria-hidden": "true" }, initials);
}
