// What every page has: the search box, the report of an error to be copied, the way to the content.
// The box is a combobox over the names of everything (WAI-ARIA Authoring Practices 1.2); its index
// is a script, not a request, so that it works from a disk too.
import { copy } from "./copy.js";

const LIMIT = 12;
const KINDS_FIRST = ["substitution", "drug", "gene", "page", "question"];

const root = document.documentElement.dataset.root; // none in the one file
const box = document.getElementById("search");
if (box) start(box);
for (const report of document.querySelectorAll(".report")) offerCopy(report);
if (root === undefined) skipInPlace(document.querySelector(".skip"), document.getElementById("main"));

function start(place) {
  const input = element("input", {
    type: "search", placeholder: "Search", role: "combobox", autocomplete: "off",
    "aria-label": "Search names, identifiers, claims", "aria-expanded": "false",
    "aria-controls": "hits", "aria-autocomplete": "list", spellcheck: "false",
  });
  const list = element("ul", { id: "hits", class: "hits", role: "listbox", "aria-label": "Found" });
  const told = element("div", { class: "hidden", role: "status" });
  list.hidden = true;
  place.append(input, list, told);
  let chosen = 0;

  const choose = (number) => {
    const options = [...list.querySelectorAll("[data-href]")];
    if (!options.length) return input.removeAttribute("aria-activedescendant");
    chosen = (number + options.length) % options.length;
    options.forEach((item, i) => item.setAttribute("aria-selected", String(i === chosen)));
    options[chosen].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[chosen].id);
  };
  const show = (open) => {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) input.removeAttribute("aria-activedescendant");
  };
  const go = (item) => {
    if (!item) return;
    show(false);
    input.blur();
    location.href = item.dataset.href;
  };
  const look = async () => {
    const words = input.value.trim();
    if (!words) return show(false);
    const found = search(await index(place), words);
    list.replaceChildren(...found.slice(0, LIMIT).map(([name, kind, path], number) => {
      const item = element("li", { role: "option", id: `hit-${number}`, "aria-selected": "false" });
      item.dataset.href = address(path);
      item.append(name, element("small", {}, kind));
      item.addEventListener("mousedown", (event) => { event.preventDefault(); go(item); });
      return item;
    }));
    told.textContent = found.length ? `${found.length} found` : "nothing found";
    if (!found.length) {
      const nothing = { role: "option", "aria-disabled": "true", "aria-selected": "false" };
      list.append(element("li", nothing, "Nothing has all these words."));
    }
    show(true);
    choose(0);
  };
  const enter = async () => {
    if (list.hidden) await look(); // the index may still be on its way
    go(list.querySelector('[aria-selected="true"]'));
  };
  input.addEventListener("focus", () => index(place));
  input.addEventListener("input", look);
  input.addEventListener("blur", () => show(false));
  input.addEventListener("keydown", (event) => {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves && !list.hidden) {
      event.preventDefault();
      choose(chosen + moves[event.key]);
    } else if (event.key === "Enter") enter();
    else if (event.key === "Escape") show(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement === document.body) {
      event.preventDefault();
      input.focus();
    }
  });
}

// In the one file an address shows a page, so the way to the content is without one.
function skipInPlace(link, main) {
  link.hidden = false;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    main.tabIndex = -1;
    main.focus();
    main.scrollIntoView();
    main.addEventListener("blur", () => main.removeAttribute("tabindex"), { once: true });
  });
}

// A button that takes the report away.
function offerCopy(report) {
  const text = report.querySelector("pre");
  const button = element("button", { type: "button", class: "quiet" }, "Copy");
  const told = element("span", { role: "status" });
  button.addEventListener("click", async () => { told.textContent = ` ${await copy(text)}`; });
  const line = element("p", {});
  line.append(button, told);
  text.after(line);
}

function element(name, attributes, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

// A page in the folder, or its section in the one file.
function address(path) {
  const [page, fragment] = path.split("#");
  if (root === undefined) return `#${path.replace("#", ".")}`;
  return `${root}${page}.html${fragment ? `#${fragment}` : ""}`;
}

let loading;
function index(place) {
  loading ??= new Promise((resolve, reject) => {
    if (self.searchIndex) return resolve();
    const script = element("script", { src: place.dataset.index });
    script.addEventListener("load", resolve);
    script.addEventListener("error", reject);
    document.head.append(script);
  }).then(() => self.searchIndex.map((row) => [...row, `${row[0]} ${row[3]}`.toLowerCase()]));
  return loading;
}

const plain = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

// Rows that have all the words; a whole name first, then its beginning, then short names.
function search(rows, text) {
  const words = text.toLowerCase().split(/\s+/);
  const whole = plain(text);
  const found = [];
  for (const row of rows) {
    const [name, kind, , more, hay] = row;
    const close = plain(hay);
    if (!words.every((word) => hay.includes(word)) && !(whole && close.includes(whole))) continue;
    const own = plain(name);
    const others = more.split(" ").map(plain);
    let rank = own === whole || others.includes(whole) ? 0 : own.startsWith(whole) ? 1 : own.includes(whole) ? 2 : 3;
    rank = rank * 10 + (KINDS_FIRST.includes(kind) ? KINDS_FIRST.indexOf(kind) : kind === "claim" ? 8 : 6);
    found.push([rank, name.length, row]);
  }
  return found.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, , row]) => row);
}
