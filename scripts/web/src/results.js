// What an answer looks like: a table in which our things are links with their labels.
import { element } from "./element.js";

const SHOWN = 500;

export function resultTable({ result, graph }, library) {
  if (graph) return element("pre", { tabindex: "0" }, result);
  const { head, results, boolean } = JSON.parse(result);
  if (boolean !== undefined) return element("p", { class: "lead" }, boolean ? "Yes." : "No.");
  const columns = head.vars.filter((name) => !head.vars.includes(`${name}Label`));
  const titles = columns.map((name) => element("th", { scope: "col" }, words(name.replace(/Label$/, ""))));
  const row = (binding) => element("tr", {}, ...columns.map((name) => element("td", {}, cell(binding, name, library))));
  const body = element("tbody", {}, ...results.bindings.slice(0, SHOWN).map(row));
  const rows = String(results.bindings.length);
  const table = element("table", {},
    element("caption", { class: "hidden" }, "Answer"), element("thead", {}, element("tr", {}, ...titles)), body);
  const box = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Answer", "data-rows": rows }, table);
  if (results.bindings.length > SHOWN) {
    const more = element("button", { type: "button", class: "quiet" }, `Show all ${rows} rows`);
    more.addEventListener("click", () => {
      body.append(...results.bindings.slice(SHOWN).map(row));
      more.remove();
    });
    box.append(more);
  }
  return box;
}

// A name such as modelSystem or ModelSystem, written apart.
export function words(name) {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim();
}

function cell(binding, name, library) {
  const value = binding[name];
  if (!value) return "";
  const thing = name.endsWith("Label") ? binding[name.replace(/Label$/, "")] : undefined;
  if (thing?.type === "uri") return link(thing.value, value.value, library);
  return value.type === "uri" ? link(value.value, shorten(value.value, library), library) : value.value;
}

// Ours to its page, another http(s) address to itself; everything else is text, also an address of
// ours without a page, since that leads nowhere.
function link(iri, text, { base, ours }) {
  if (iri.startsWith(base)) {
    const path = iri.slice(base.length);
    if (!ours.includes(path)) return text;
    const [page, fragment] = path.split("#");
    const single = document.documentElement.dataset.root === undefined;
    const href = single ? `#${path.replace("#", ".")}` : `${page}.html${fragment ? `#${fragment}` : ""}`;
    return element("a", { href }, text);
  }
  return /^https?:\/\//.test(iri) ? element("a", { href: iri, rel: "external noreferrer" }, text) : text;
}

function shorten(iri, { prefixes }) {
  let best = iri;
  for (const [prefix, namespace] of Object.entries(prefixes)) {
    if (!iri.startsWith(namespace)) continue;
    const short = `${prefix}:${iri.slice(namespace.length)}`;
    if (short.length < best.length) best = short;
  }
  return best;
}
