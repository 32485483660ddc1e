/**
 * Makes what is published, below `dist/`: `core`, as JavaScript with types, which holds the rules, the records and the verifier, and
 * runs wherever there is a JavaScript engine; `client`, which the app imports; and `ddd-verify.mjs`, the verifier as one file that Node runs as it is. Everything
 * else runs from its sources.
 */
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")
/** DDD_DIST: another folder than `dist/`, for tests that build at the same time. */
const dist = process.env.DDD_DIST || join(root, "dist")

/**
 * Makes a package as it is published: its sources as JavaScript with types, and a package.json without what only the workspace knows.
 *
 * @param {string} folder below packages/
 * @param {object} more members of the package.json
 */
const buildPackage = (folder, more) => {
  const out = join(dist, folder)
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  execFileSync(
    join(root, "node_modules", ".bin", "tsc"),
    ["-p", join(root, "packages", folder, "tsconfig.build.json"), "--outDir", join(out, "src")],
    { stdio: "inherit" }
  )
  const { license, name, type, version } = sourceOf(folder)
  writeFileSync(join(out, "package.json"), `${JSON.stringify({ name, version, type, license, ...more }, null, 2)}\n`)
  cpSync(join(root, "LICENSE"), join(out, "LICENSE"))
  process.stdout.write(`dist/${folder}: ${name} ${version}\n`)
}

const sourceOf = (folder) => JSON.parse(readFileSync(join(root, "packages", folder, "package.json"), "utf8"))

const buildCore = () => {
  const { dependencies } = sourceOf("core")
  buildPackage("core", { exports: { "./*": { types: "./src/*.d.ts", default: "./src/*.js" } }, dependencies })
  cpSync(join(root, "docs", "fairness.md"), join(dist, "core", "fairness.md"))
}

const buildClient = () => {
  const { dependencies, exports, peerDependencies, peerDependenciesMeta } = sourceOf("client")
  const built = (source) => ({ types: source.replace(/\.ts$/, ".d.ts"), default: source.replace(/\.ts$/, ".js") })
  // the types of core, which its own build does not leave where the workspace looks for them
  execFileSync(join(root, "node_modules", ".bin", "tsc"), ["-b", join(root, "packages", "core")], { stdio: "inherit" })
  buildPackage("client", {
    sideEffects: false,
    exports: Object.fromEntries(Object.entries(exports).map(([entry, source]) => [entry, built(source)])),
    dependencies: { ...dependencies, "@ddd/core": sourceOf("core").version },
    peerDependencies,
    peerDependenciesMeta,
    engines: { node: ">=20" }
  })
  cpSync(join(root, "docs", "integrate.md"), join(dist, "client", "README.md"))
}

const buildVerifier = () => {
  const file = join(dist, "ddd-verify.mjs")
  execFileSync(process.execPath, [join(import.meta.dirname, "verifier.mjs"), file], { stdio: "inherit" })
  chmodSync(file, 0o755)
  const bytes = readFileSync(file)
  const digest = createHash("sha256").update(bytes).digest("hex")
  process.stdout.write(`dist/ddd-verify.mjs: ${Math.ceil(bytes.length / 1024)} KiB, SHA-256 ${digest}\n`)
}

buildCore()
buildClient()
buildVerifier()
