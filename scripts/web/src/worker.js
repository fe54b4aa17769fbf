// The query engine, off the page's thread: it holds the dataset and answers one query at a time.
import init, { Store } from "oxigraph/web.js";

const FORMS = { json: "application/sparql-results+json", csv: "text/csv" };
let store;

self.onmessage = async ({ data: { id, engine, dataset, query, form } }) => {
  const begun = performance.now();
  try {
    if (engine) {
      const [wasm, quads] = await Promise.all([bytes(engine), bytes(dataset)]);
      await init({ module_or_path: wasm });
      store = new Store();
      store.load(new TextDecoder().decode(quads), { format: "application/n-quads", lenient: true, no_transaction: true });
      return self.postMessage({ id, size: store.size, milliseconds: performance.now() - begun });
    }
    const result = store.query(query, {
      use_default_graph_as_union: true,
      results_format: isGraph(query) ? "text/turtle" : FORMS[form],
    });
    self.postMessage({ id, result, graph: isGraph(query), milliseconds: performance.now() - begun });
  } catch (error) {
    self.postMessage({ id, error: String(error.message ?? error) });
  }
};

async function bytes(source) {
  if (typeof source !== "string") return source;
  const response = await fetch(source);
  if (!response.ok) throw new Error(`${source}: ${response.status} ${response.statusText}`);
  return response.arrayBuffer();
}

// CONSTRUCT and DESCRIBE give triples. Only the words before the first brace decide.
function isGraph(query) {
  const bare = query.replace(/<[^<>"{}|^`\\\s]*>|#.*/g, " ");
  return /^(?:\s|BASE|PREFIX\s+\S*:)*(?:CONSTRUCT|DESCRIBE)\b/i.test(bare);
}
