// The query page: a form for the stored questions, an editor, and an engine in a worker beside it.
import { autocompletion, closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { sparql, SparqlLanguage } from "codemirror-lang-sparql";
import { copy } from "./copy.js";
import { Engine } from "./engine.js";
import { element, fill } from "./element.js";
import { Names, near } from "./names.js";
import { resultTable, words } from "./results.js";

const XSD = "http://www.w3.org/2001/XMLSchema#";
const LEGAL = { integer: /^[+-]?\d+$/ };
const place = document.getElementById("sparql-app");
const library = place && JSON.parse(document.getElementById("library").textContent);
const names = library && new Names(library);
if (place) start();

function start() {
  const engine = new Engine(place);
  const picker = element("select", {}, element("option", { value: "" }, "A query of your own"));
  for (const [topic, questions] of byTopic()) {
    picker.append(element("optgroup", { label: topic },
      ...questions.map(({ name, summary }) => element("option", { value: name }, summary))));
  }
  const form = element("div", { class: "row fields" });
  const trap = element("p", { class: "note" });
  const runButton = element("button", { type: "button" }, "Run");
  const csvButton = element("button", { type: "button", class: "quiet" }, "CSV");
  const jsonButton = element("button", { type: "button", class: "quiet" }, "JSON");
  const linkButton = element("button", { type: "button", class: "quiet" }, "Copy link");
  const status = element("p", { class: "status", role: "status" });
  const address = element("p", { class: "address" });
  const output = element("div", { id: "result" });
  const holder = element("div", { class: "editor" });
  const fold = element("details", { open: "" }, element("summary", {}, "The query in SPARQL"), holder);
  fill(place,
    element("div", { class: "row" }, element("label", { class: "wide" }, "Question", picker)),
    form, trap, fold,
    element("div", { class: "row" }, runButton, csvButton, jsonButton, linkButton),
    status, address, output);
  const view = editor(holder, () => run());

  let question; // the one that is picked
  let inputs = {}; // name → parameter and field
  let bound; // its text with the values of the fields, as it was written into the editor
  let wrong = ""; // why that text must not be asked
  let last; // what the rows on the page answer: its text, and a name for a file
  let turn = 0; // counts what was asked; a later one makes an earlier one void

  const written = () => view.state.doc.toString();
  picker.addEventListener("change", () => { choose(picker.value); if (question) run(); });
  runButton.addEventListener("click", () => (engine.busy ? stop() : run()));
  csvButton.addEventListener("click", () => download("csv", "text/csv"));
  jsonButton.addEventListener("click", () => download("json", "application/sparql-results+json"));
  linkButton.addEventListener("click", async () => {
    if (refused()) return;
    remember();
    address.textContent = location.href;
    say("The address of this page carries the query.");
    status.append(` ${await copy(address)}`);
  });
  addEventListener("hashchange", open);
  clear();
  open();

  // What the address asks for: a stored question with values, or a query.
  function open() {
    const asked = new URLSearchParams(location.hash.slice(1));
    const wanted = asked.has("query") || asked.has("question");
    show(wanted);
    if (asked.has("question")) {
      const { question: name, ...values } = Object.fromEntries(asked);
      choose(name, values);
    } else if (asked.has("query")) {
      choose("");
      write(asked.get("query"));
    } else if (!written()) write(library.example);
    if (wanted) run();
  }

  // In the one file: whether the page is shown though its name is not in the address.
  function show(wanted) {
    const page = place.closest(".page");
    if (!page || page.classList.contains("current") === wanted) return;
    page.classList.toggle("current", wanted);
    if (wanted) scrollTo(0, 0);
  }

  function choose(name, values = {}) {
    question = library.questions.find((one) => one.name === name);
    picker.value = question ? name : "";
    fill(trap, ...(question?.trap ? [element("span", { class: "mark trap" }, "Trap"), ` ${question.trap}`] : []));
    fold.open = !question;
    wrong = "";
    say("");
    inputs = Object.fromEntries((question?.parameters ?? []).map((parameter) =>
      [parameter.name, { parameter, input: field(parameter, values[parameter.name] ?? "") }]));
    fill(form, ...Object.values(inputs).map(({ parameter, input }) => element("div", {},
      element("label", {}, words(parameter.name), input), choices(parameter),
      element("small", { id: `about-${parameter.name}` }, parameter.about))));
    if (question) bind(Object.keys(values).filter((one) => !Object.hasOwn(inputs, one)));
    else if (name) {
      write(bound = "");
      wrong = `There is no question “${name}”.${near(name, library.questions.map((one) => one.name))}`;
    }
  }

  function field({ name, example }, value) {
    const input = element("input", {
      list: `values-${name}`, placeholder: `any, such as ${example}`, size: 26, autocomplete: "off",
      "aria-describedby": `about-${name}`,
    });
    input.value = value;
    input.addEventListener("change", () => bind());
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") { bind(); run(); } });
    return input;
  }

  // The text of the question with the values that are given as its first lines inside WHERE.
  function bind(unknown = []) {
    const faults = unknown.map((name) => `The question has no parameter “${name}”.`);
    let lines = "";
    for (const [name, { parameter, input }] of Object.entries(inputs).sort()) {
      const typed = input.value.trim();
      const values = typed ? terms(parameter, typed) : [];
      const missing = typed !== "" && !values.length;
      input.setAttribute("aria-invalid", String(missing));
      if (missing) faults.push(`There is no ${words(parameter.kind)} “${typed}”.${near(typed, labels(parameter))}`);
      if (values.length) lines += `\n  VALUES ?${name} { ${values.join(" ")} }`;
    }
    wrong = faults.join(" ");
    write(bound = question.sparql.replace(/^WHERE \{[ ]*$/m, (where) => where + lines));
    refused();
  }

  // Whether what stands there must not be asked, which is then said in the place of an answer.
  function refused() {
    if (!wrong || written() !== bound) return false;
    turn += 1;
    clear();
    say(wrong, true);
    return true;
  }

  function clear() {
    last = undefined;
    fill(output);
    csvButton.disabled = jsonButton.disabled = true;
  }

  function write(text) {
    view.dispatch(setDiagnostics(view.state, []));
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
  }

  async function run() {
    if (refused()) return;
    const text = written();
    const name = question && text === bound ? question.name : "g12c-answer";
    const mine = turn += 1;
    view.dispatch(setDiagnostics(view.state, []));
    remember();
    runButton.textContent = "Stop";
    say(engine.ready ? "Asking …" : "Loading the engine and the data …");
    const begun = performance.now();
    const answer = await engine.ask(withPrefixes(text), "json");
    if (!engine.busy) runButton.textContent = "Run";
    if (mine !== turn) return;
    if (answer.error !== undefined) return complain(answer.error, text);
    last = { text, name };
    csvButton.disabled = jsonButton.disabled = false;
    const count = fill(output, resultTable(answer, library))?.dataset?.rows;
    const rows = count === undefined ? "" : `${count} ${count === "1" ? "row" : "rows"}, `;
    say(`${rows}${Math.round(performance.now() - begun)} ms`);
  }

  function stop() {
    turn += 1;
    engine.stop();
    runButton.textContent = "Run";
    clear();
    say("Stopped.");
  }

  // An error is marked at its place and told in words.
  function complain(message, text) {
    clear();
    const error = written() === text && placeOf(message, text);
    if (!error) return say(message, true);
    fold.open = true;
    const { from, to, told } = error;
    const row = view.state.doc.lineAt(from);
    const marked = from < to ? { from, to } : { from: Math.max(from - 1, 0), to: from };
    view.dispatch(setDiagnostics(view.state, [{ ...marked, severity: "error", message: told }]));
    view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from) });
    say(`Line ${row.number}, column ${from - row.from + 1}: ${told}`, true);
  }

  async function download(form, type) {
    const { text, name } = last;
    const answer = await engine.ask(withPrefixes(text), form);
    if (answer.error !== undefined) return say(answer.error, true);
    const url = URL.createObjectURL(new Blob([answer.result], { type: answer.graph ? "text/turtle" : type }));
    element("a", { href: url, download: `${name}.${answer.graph ? "ttl" : form}` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  // The question with its values, if just that stands in the editor; else what stands there.
  function remember() {
    const asked = new URLSearchParams();
    if (question && written() === bound) {
      asked.set("question", question.name);
      for (const [name, { input }] of Object.entries(inputs)) {
        if (input.value.trim()) asked.set(name, input.value.trim());
      }
    } else asked.set("query", written());
    window.history.replaceState(null, "", `#${asked}`);
  }

  function say(told, wrong = false) {
    address.hidden = true;
    status.textContent = told;
    status.classList.toggle("wrong", wrong);
  }
}

function byTopic() {
  const topics = {};
  for (const one of library.questions) (topics[one.topic] ??= []).push(one);
  return Object.entries(topics).sort();
}

function isThing({ kind }) {
  return kind in library.kinds;
}

function labels(parameter) {
  return isThing(parameter) ? names.labels(parameter.kind) : [];
}

function choices(parameter) {
  return element("datalist", { id: `values-${parameter.name}` },
    ...labels(parameter).map((label) => element("option", { value: label })));
}

// What can be meant by what was typed, as terms of SPARQL; none if nothing can.
function terms(parameter, typed) {
  const { kind } = parameter;
  if (isThing(parameter)) return names.resolve(kind, typed).map((iri) => `<${iri}>`);
  if (!(LEGAL[kind] ?? /^/).test(typed)) return [];
  const text = JSON.stringify(typed).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return [kind === "string" ? text : `${text}^^<${XSD}${kind}>`];
}

// Where a query is at fault: the editor's grammar knows it to the word; the engine's parser says
// “at LINE:COLUMN” and names what only it can see, such as a prefix that is not declared.
function placeOf(message, text) {
  const [, line, column] = message.match(/at (\d+):(\d+)/) ?? [];
  if (!line) return null;
  let error;
  SparqlLanguage.parser.parse(text).iterate({
    enter({ type, from, to }) { if (type.isError) error ??= { from, to }; },
  });
  if (error) {
    const word = text.slice(error.from, error.to);
    return { ...error, told: word ? `“${word}” does not fit here.` : "Something is missing here." };
  }
  const lines = text.split("\n");
  const row = Math.min(Number(line), lines.length);
  const before = lines.slice(0, row - 1).join("\n").length + (row > 1 ? 1 : 0);
  const shift = row === 1 ? withPrefixes(text).length - text.length : 0;
  const from = before + Math.min(Math.max(Number(column) - 1 - shift, 0), lines[row - 1].length);
  const told = message.includes("Prefix not found") ? "A prefix here is not declared."
    : message.replace(/^.*?at \d+:\d+:?\s*/s, "");
  return { from, to: Math.min(from + 1, text.length), told };
}

// The prefixes that a query uses and does not declare, on its first line so that lines keep their number.
function withPrefixes(text) {
  const missing = Object.entries(library.prefixes).filter(([prefix]) =>
    new RegExp(`(?<![\\w.-])${prefix.replace(".", "\\.")}:`).test(text)
    && !new RegExp(`PREFIX\\s+${prefix.replace(".", "\\.")}:`, "i").test(text));
  return missing.map(([prefix, iri]) => `PREFIX ${prefix}: <${iri}> `).join("") + text;
}

// In a shadow root, where the editor's style is adopted rather than written into the page.
function editor(holder, run) {
  const root = holder.attachShadow({ mode: "open" });
  const inside = element("div", {});
  root.append(inside);
  const words = {
    keyword: "var(--link)", variable: "var(--active)", string: "var(--found)", comment: "var(--soft)",
  };
  const colours = HighlightStyle.define([
    { tag: [tags.keyword, tags.operatorKeyword, tags.definitionKeyword], color: words.keyword, fontWeight: "600" },
    { tag: [tags.variableName, tags.special(tags.variableName)], color: words.variable },
    { tag: [tags.string, tags.url, tags.number], color: words.string },
    { tag: tags.comment, color: words.comment, fontStyle: "italic" },
  ]);
  const look = EditorView.theme({
    "&": { fontSize: "13.5px", color: "var(--ink)" },
    "&.cm-focused": { outline: "2px solid var(--link)" },
    ".cm-scroller": { fontFamily: "var(--mono)", minHeight: "12rem", maxHeight: "32rem", overflow: "auto" },
    ".cm-gutters": { background: "transparent", border: "none", color: "var(--soft)" },
    ".cm-activeLine": { background: "color-mix(in srgb, var(--line) 40%, transparent)" },
    ".cm-content": { caretColor: "var(--ink)" },
    ".cm-cursor": { borderLeftColor: "var(--ink)" },
    "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { background: "color-mix(in srgb, var(--link) 25%, transparent) !important" },
    ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--shown)", background: "color-mix(in srgb, var(--shown) 18%, transparent)" },
    ".cm-tooltip": { background: "var(--paper)", border: "1px solid var(--line)", color: "var(--ink)" },
    ".cm-tooltip-autocomplete ul li[aria-selected]": { background: "var(--link)", color: "var(--paper)" },
  });
  const terms = library.terms.map((name) => ({ label: `g12c:${name}`, type: "type" }));
  const complete = (context) => {
    const word = context.matchBefore(/[\w]+:?\w*/);
    return word && (context.explicit || word.text.startsWith("g12c")) ? { from: word.from, options: terms } : null;
  };
  return new EditorView({
    root,
    parent: inside,
    state: EditorState.create({
      extensions: [
        keymap.of([{ key: "Mod-Enter", run: () => { run(); return true; } }]),
        lineNumbers(), history(), drawSelection(), highlightActiveLine(), bracketMatching(), closeBrackets(),
        sparql(), SparqlLanguage.data.of({ autocomplete: complete }), autocompletion(),
        syntaxHighlighting(colours), look,
        EditorView.contentAttributes.of({ "aria-label": "SPARQL query", spellcheck: "false" }),
        keymap.of([...completionKeymap, ...historyKeymap, ...defaultKeymap]),
      ],
    }),
  });
}
