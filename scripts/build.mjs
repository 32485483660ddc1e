/**
 * Makes what is published, below `dist/`: `core`, as JavaScript with types. It holds the rules, the records and the verifier, and
 * runs wherever there is a JavaScript engine. Everything else runs from its sources.
 */
import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")
const out = join(root, "dist", "core")

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
execFileSync(join(root, "node_modules", ".bin", "tsc"), ["-p", join(root, "packages", "core", "tsconfig.build.json")], {
  stdio: "inherit"
})

const source = JSON.parse(readFileSync(join(root, "packages", "core", "package.json"), "utf8"))
const { dependencies, name, type, version } = source
const exports = { "./*": { types: "./src/*.d.ts", default: "./src/*.js" } }
writeFileSync(join(out, "package.json"), `${JSON.stringify({ name, version, type, exports, dependencies }, null, 2)}\n`)
cpSync(join(root, "docs", "fairness.md"), join(out, "fairness.md"))
process.stdout.write(`dist/core: ${name} ${version}\n`)
