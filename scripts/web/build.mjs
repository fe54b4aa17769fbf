// Builds the scripts of the pages into ../g12c/site/static/, from what the lock file pins.
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const target = "../g12c/site/static";
const result = await build({
  entryPoints: ["src/site.js", "src/sparql.js", "src/worker.js"],
  outdir: target,
  bundle: true,
  minify: true,
  metafile: true,
  format: "iife",
  target: "es2022",
  charset: "ascii",
  legalComments: "none", // all licences stand in licences.txt
  define: { "import.meta.url": '""' }, // the engine is handed to the worker, never looked up
});
await copyFile("node_modules/oxigraph/web_bg.wasm", `${target}/oxigraph.wasm`);

const packages = Object.keys(result.metafile.inputs)
  .map((path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1])
  .filter(Boolean);
const notices = [];
for (const name of [...new Set(packages)].sort()) {
  const folder = `node_modules/${name}`;
  const { version, license } = JSON.parse(await readFile(`${folder}/package.json`, "utf8"));
  const text = await readFile(`${folder}/LICENSE`, "utf8").catch(() => "");
  notices.push(`${name} ${version}, ${license}\n\n${text.trim()}`);
}
await writeFile(`${target}/licences.txt`, `${notices.join("\n\n---\n\n")}\n`);
