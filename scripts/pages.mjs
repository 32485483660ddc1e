/**
 * Builds the public pages (packages/web) with the verifier that they offer, and the app (packages/play), where the server finds them. Does
 * nothing where that is done already.
 *
 * A stamp among what was built remembers from what: `vite build` runs again once a source of it changes.
 * Plain JavaScript, no dependency, for any Node from version 20 on, as setup.mjs, which calls this.
 */
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** What is built: of which package, into which folder below its `dist`, from the sources of which packages. */
const sites = [
  { of: "web", into: "pages", from: ["web", "core", "verify"] },
  { of: "play", into: "app", from: ["play", "web", "client", "core"] }
]
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

/** What a site follows from, as a hash. */
const sourcesHash = (root, packages) => {
  const hash = createHash("sha256")
  const files = packages.flatMap((name) => filesBelow(join(root, "packages", name)))
  for (const file of [...files, join(root, "scripts", "verifier.mjs"), join(root, "pnpm-lock.yaml")]) {
    hash.update(`\n${file.slice(root.length)}\n`).update(readFileSync(file))
  }
  return hash.digest("hex")
}

/** Builds one site where it is not built from these sources. False where that fails. */
const buildSite = (root, run, { from, into, of }) => {
  const folder = join(root, "packages", of, "dist", into)
  const stampFile = join(folder, stampName)
  const hash = sourcesHash(root, from)
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === hash) return true
  // beside its place, and moved there whole: a server that starts meanwhile finds the old one, or the new one
  const fresh = `${folder}-${process.pid}`
  const bin = join(root, "node_modules", ".bin")
  const vite = join(root, "packages", of, "node_modules", "vite", "bin", "vite.js")
  const node = existsSync(join(bin, "node")) ? join(bin, "node") : process.execPath
  try {
    if (of === "web" && !run(node, [join(root, "scripts", "verifier.mjs"), join(root, ...verifier)])) return false
    // what is built is the same wherever it is built from: libraries add what helps in development, and Vite goes by this
    const built = run(node, [vite, "build", join(root, "packages", of), "--outDir", fresh], { NODE_ENV: "production" })
    if (!built) return false
    writeFileSync(join(fresh, stampName), hash)
    rmSync(folder, { recursive: true, force: true })
    renameSync(fresh, folder)
    return true
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

/**
 * Builds the public pages and the app where they are not built from these sources. False where that fails.
 *
 * @param {string} root the checkout
 * @param {(file: string, args: ReadonlyArray<string>, env?: Record<string, string>) => boolean} run runs a program, with this in its
 * environment beside what is there; whether it succeeded
 */
export const buildPages = (root, run) => sites.every((site) => buildSite(root, run, site))
