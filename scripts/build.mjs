/**
 * Makes what is published, below `dist/`: `core`, as JavaScript with types, which holds the rules, the records and the verifier, and
 * runs wherever there is a JavaScript engine; and `ddd-verify.mjs`, the verifier as one file that Node runs as it is. Everything
 * else runs from its sources.
 */
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")

const buildCore = () => {
  const out = join(root, "dist", "core")
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  execFileSync(
    join(root, "node_modules", ".bin", "tsc"),
    ["-p", join(root, "packages", "core", "tsconfig.build.json")],
    { stdio: "inherit" }
  )
  const source = JSON.parse(readFileSync(join(root, "packages", "core", "package.json"), "utf8"))
  const { dependencies, license, name, type, version } = source
  const exports = { "./*": { types: "./src/*.d.ts", default: "./src/*.js" } }
  writeFileSync(
    join(out, "package.json"),
    `${JSON.stringify({ name, version, type, license, exports, dependencies }, null, 2)}\n`
  )
  cpSync(join(root, "docs", "fairness.md"), join(out, "fairness.md"))
  cpSync(join(root, "LICENSE"), join(out, "LICENSE"))
  process.stdout.write(`dist/core: ${name} ${version}\n`)
}

const buildVerifier = () => {
  const file = join(root, "dist", "ddd-verify.mjs")
  execFileSync(process.execPath, [join(import.meta.dirname, "verifier.mjs"), file], { stdio: "inherit" })
  chmodSync(file, 0o755)
  const bytes = readFileSync(file)
  const digest = createHash("sha256").update(bytes).digest("hex")
  process.stdout.write(`dist/ddd-verify.mjs: ${Math.ceil(bytes.length / 1024)} KiB, SHA-256 ${digest}\n`)
}

buildCore()
buildVerifier()
