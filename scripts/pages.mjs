/**
 * Builds the public pages (packages/web), and the verifier that they offer, into packages/web/dist/pages, where the server finds them. Does nothing when that is done already.
 *
 * A stamp among what was built remembers from what: `vite build` runs again once a source of the pages, of the verifier or of core changes.
 * Plain JavaScript, no dependency, for any Node from version 20 on, as setup.mjs, which calls this.
 */
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const built = ["packages", "web", "dist", "pages"]
/** The verifier, where the build of the pages looks for it. */
const verifier = ["packages", "verify", "dist", "ddd-verify.mjs"]
const stampName = ".built-from"
const notSources = new Set(["dist", "node_modules", "test"])

/** The files below a folder, in one order everywhere. */
const filesBelow = (folder) =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !notSources.has(name) && !name.endsWith(".tsbuildinfo"))
    .sort((a, b) => a.name < b.name ? -1 : 1)
    .flatMap((entry) => entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)])

/** What the pages follow from, as a hash. */
const sourcesHash = (root) => {
  const hash = createHash("sha256")
  const files = ["web", "core", "verify"].flatMap((name) => filesBelow(join(root, "packages", name)))
  for (const file of [...files, join(root, "scripts", "verifier.mjs"), join(root, "pnpm-lock.yaml")]) {
    hash.update(`\n${file.slice(root.length)}\n`).update(readFileSync(file))
  }
  return hash.digest("hex")
}

/**
 * Builds the pages where they are not built from these sources. False where that fails.
 *
 * @param {string} root the checkout
 * @param {(file: string, args: ReadonlyArray<string>) => boolean} run runs a program; whether it succeeded
 */
export const buildPages = (root, run) => {
  const folder = join(root, ...built)
  const stampFile = join(folder, stampName)
  const hash = sourcesHash(root)
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === hash) return true
  // beside its place, and moved there whole: a server that starts meanwhile finds the old pages, or the new ones
  const fresh = `${folder}-${process.pid}`
  const bin = join(root, "node_modules", ".bin")
  const vite = join(root, "packages", "web", "node_modules", "vite", "bin", "vite.js")
  const node = existsSync(join(bin, "node")) ? join(bin, "node") : process.execPath
  try {
    if (!run(node, [join(root, "scripts", "verifier.mjs"), join(root, ...verifier)])) return false
    if (!run(node, [vite, "build", join(root, "packages", "web"), "--outDir", fresh])) return false
    writeFileSync(join(fresh, stampName), hash)
    rmSync(folder, { recursive: true, force: true })
    renameSync(fresh, folder)
    return true
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}
