/** The public pages and the app as they were built, in memory: a few hundred kilobytes, read once. */
import { hash } from "node:crypto"
import { existsSync, globSync, readFileSync } from "node:fs"
import { extname, join, sep } from "node:path"

/** The content codings that files are served in. */
export type Encoding = "br" | "gzip" | "identity"

/** A path as routes have it. */
export type PagePath = `/${string}`

export interface BuiltFile {
  /** Where it is served: `/`, `/verify`, `/assets/Home-B2x7.js`. */
  readonly path: PagePath
  readonly contentType: string
  /** Whether its name follows from its content, so that it never changes under that name. */
  readonly isImmutable: boolean
  /** The bytes in each encoding that is smaller than the file itself, and the file itself. */
  readonly encodings: ReadonlyMap<Encoding, EncodedFile>
}

export interface EncodedFile {
  readonly bytes: Uint8Array
  /** A strong validator: another for each encoding (RFC 9110, section 8.8.3). */
  readonly etag: string
}

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".sha256": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".webmanifest": "application/manifest+json"
}

/** What the build adds to the name of a compressed file. */
const suffixes: ReadonlyArray<readonly [Encoding, string]> = [["br", ".br"], ["gzip", ".gz"], ["identity", ""]]

const assets = "assets/"

/** `index.html` is the page of `/`, `verify.html` of `/verify`; the rest keeps its name. */
const pathOf = (base: PagePath, name: string): PagePath =>
  `${base}${name.endsWith(".html") ? name.slice(0, -".html".length).replace(/^index$/, "") : name}`

/** These bytes with their validator. */
export const encodedFile = (bytes: Uint8Array): EncodedFile => ({
  bytes,
  etag: `"${hash("sha256", bytes, "base64url").slice(0, 22)}"`
})

/**
 * Reads what was built into `folder`, to be served below `base`, which ends with a slash; `null` where nothing was. Files of no kind that
 * pages are made of are left out.
 */
export const readPages = (folder: string, base: PagePath = "/"): ReadonlyArray<BuiltFile> | null => {
  if (!existsSync(join(folder, "index.html"))) return null
  return globSync("**/*.*", { cwd: folder }).map((name) => name.split(sep).join("/")).sort().flatMap((name) => {
    const contentType = contentTypes[extname(name)]
    if (contentType === undefined) return []
    const encodings = new Map(suffixes.flatMap(([encoding, suffix]) => {
      const file = join(folder, `${name}${suffix}`)
      return existsSync(file) ? [[encoding, encodedFile(readFileSync(file))] as const] : []
    }))
    return [{ path: pathOf(base, name), contentType, isImmutable: name.startsWith(assets), encodings }]
  })
}
