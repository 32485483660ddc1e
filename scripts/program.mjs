/**
 * `node scripts/program.mjs <folder>`: joins the sources of `ddd` and its packages into a few files there, of which `main.mjs` starts in a
 * third of the time: most of a start goes into finding a thousand modules. The tests that start hundreds of processes use it.
 *
 * What is read beside a source, such as a migration, is read where it stands: the result runs beside this checkout alone.
 */
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import { rolldown } from "rolldown"

const root = join(import.meta.dirname, "..")

/** Each module knows where it stood, not where it is joined; what loads native code stays where it is. */
const places = {
  name: "places",
  resolveId: (name) =>
    name === "@ddd/uws"
      ? { id: pathToFileURL(join(root, "packages", "uws", "src", "index.ts")).href, external: true }
      : undefined,
  transform: (code, id) => {
    if (!code.includes("import.meta.")) return
    const place = {
      dirname: dirname(id),
      filename: id,
      url: pathToFileURL(id).href
    }
    return {
      code: code.replaceAll(/\bimport\.meta\.(dirname|filename|url)\b/g, (_, name) => JSON.stringify(place[name]))
    }
  }
}

const bundle = await rolldown({
  cwd: root,
  input: { main: join(root, "packages", "cli", "src", "main.ts") },
  platform: "node",
  external: /^node:/,
  plugins: [places]
})
await bundle.write({
  dir: process.argv[2],
  format: "esm",
  entryFileNames: "[name].mjs",
  chunkFileNames: "[name]-[hash].mjs"
})
await bundle.close()
