// The worker with the query engine: started when first asked, ended when a query must stop.

export class Engine {
  #place;
  #worker;
  #loaded;
  #waiting = new Map();
  #count = 0;
  ready = false;

  constructor(place) {
    this.#place = place;
  }

  get busy() {
    return this.#waiting.size > 0;
  }

  // The result of a query as text, or {error}.
  async ask(query, form) {
    this.#loaded ??= this.#load();
    const loaded = await this.#loaded;
    if (loaded.error !== undefined) return loaded;
    return this.#send({ query, form });
  }

  // A running query cannot be interrupted, so its worker goes; the next query starts another.
  stop() {
    this.#worker?.terminate();
    for (const answer of this.#waiting.values()) answer({ error: "Stopped." });
    this.#waiting.clear();
    this.#loaded = undefined;
    this.ready = false;
  }

  async #load() {
    try {
      const parts = await sources(this.#place.dataset);
      this.#worker = new Worker(parts.worker, { type: parts.type });
      this.#worker.onmessage = ({ data }) => {
        this.#waiting.get(data.id)?.(data);
        this.#waiting.delete(data.id);
      };
      this.#worker.onerror = (event) => {
        for (const answer of this.#waiting.values()) answer({ error: event.message ?? "The query engine does not start." });
        this.#waiting.clear();
        this.#loaded = undefined;
      };
      const loaded = await this.#send({ engine: parts.engine, dataset: parts.dataset });
      this.ready = loaded.error === undefined;
      return loaded;
    } catch (error) {
      this.#loaded = undefined;
      return { error: String(error.message ?? error) };
    }
  }

  #send(message) {
    const id = ++this.#count;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#worker.postMessage({ id, ...message });
    });
  }
}

// Addresses of the files in a folder, or the bytes that stand in the one file.
async function sources({ worker, engine, dataset }) {
  const address = (path) => new URL(path, location.href).href;
  if (worker && location.protocol === "file:") {
    throw new Error("A browser starts no query engine from a folder on a disk. Open g12c.html, which stands in the same folder and holds it.");
  }
  if (worker) return { worker: address(worker), type: "module", engine: address(engine), dataset: address(dataset) };
  const [code, wasm, quads] = await Promise.all(["worker", "engine", "data"].map(unpack));
  return { worker: URL.createObjectURL(new Blob([code], { type: "text/javascript" })), type: "classic", engine: wasm, dataset: quads };
}

async function unpack(name) {
  const text = document.getElementById(`embedded-${name}`).textContent;
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}
