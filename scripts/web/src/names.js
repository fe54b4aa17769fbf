// What is meant by a name: the same as at the command line (`resolve` in scripts/g12c/questions.py).

const plain = (name) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

export class Names {
  #library;
  #found = {};

  constructor(library) {
    this.#library = library;
  }

  labels(kind) {
    return this.#members(kind).map(([, label]) => label);
  }

  // The IRIs of all that can be meant, by IRI, CURIE or name; none if there is none.
  resolve(kind, typed) {
    const iri = this.#expand(typed);
    if (this.#members(kind).some(([path]) => this.#library.base + path === iri)) return [iri];
    const found = this.#found[kind] ??= this.#byName(kind);
    return [...(found.get(typed.toLowerCase()) ?? found.get(plain(typed)) ?? [])].sort();
  }

  #members(kind) {
    return this.#library.kinds[kind].map((number) => this.#library.things[number]);
  }

  #expand(typed) {
    const [, prefix, local] = typed.match(/^([^:]*):(?!\/\/)(.*)$/) ?? [];
    const known = Object.keys(this.#library.prefixes).find((one) => one.toLowerCase() === prefix?.toLowerCase());
    return known === undefined ? typed.replace(/^<+|>+$/g, "") : this.#library.prefixes[known] + local;
  }

  #byName(kind) {
    const found = new Map();
    for (const [path, ...names] of this.#members(kind)) {
      for (const key of names.flatMap((name) => [name.toLowerCase(), plain(name)])) {
        if (!found.has(key)) found.set(key, new Set());
        found.get(key).add(this.#library.base + path);
      }
    }
    found.delete("");
    return found;
  }
}

// A question back, with those of the names that share most pairs of letters with what was typed.
export function near(typed, names) {
  const pairs = (text) => new Set(Array.from(plain(text), (_, i) => plain(text).slice(i, i + 2)));
  const own = pairs(typed);
  const alike = (name) => {
    const others = pairs(name);
    return 2 * [...others].filter((pair) => own.has(pair)).length / (own.size + others.size);
  };
  const best = names.map((name) => [alike(name), name]).filter(([share]) => share >= 0.5)
    .sort((one, other) => other[0] - one[0]).slice(0, 3);
  return best.length ? ` Did you mean ${best.map(([, name]) => name).join(" or ")}?` : "";
}
