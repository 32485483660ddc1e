/**
 * `node scripts/verifier.mjs <file>`: writes the verifier as one file, for the oldest Node that is still looked after, and to be read
 * by whoever wants to know what it does. The same sources give the same bytes.
 */
import { join } from "node:path"
import { rolldown } from "rolldown"

const root = join(import.meta.dirname, "..")
const bundle = await rolldown({
  cwd: root,
  input: join(root, "packages", "verify", "src", "main.ts"),
  platform: "node",
  external: /^node:/,
  transform: { target: "node20" }
})
await bundle.write({ file: process.argv[2], format: "esm", comments: { legal: true, jsdoc: true } })
await bundle.close()
