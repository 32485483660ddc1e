/**
 * How the public pages are built: each HTML file with what it loads, under names that follow from their content.
 *
 * Nothing is inlined, since the pages' policy allows no code and no image but files (http, `Pages`). Every file is compressed
 * here, once, so that the server need not.
 */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { defineConfig } from "vite"
import { compressed } from "./compressed.config.mjs"

const pages = ["not-found", "index", "verify", "verify-email", "reset-password", "docs", "docs/websocket"]

/** Where the set-up has built the verifier (scripts/pages.mjs). */
const verifierFile = join(import.meta.dirname, "..", "verify", "dist", "ddd-verify.mjs")

/** Puts the verifier that strangers run, and its hash, beside the pages; the page that offers it names the hash. */
const verifier = () => {
  let hash = ""
  return {
    name: "verifier",
    buildStart() {
      const source = readFileSync(verifierFile, "utf8")
      hash = createHash("sha256").update(source).digest("hex")
      this.emitFile({ type: "asset", fileName: "ddd-verify.mjs", source })
      this.emitFile({ type: "asset", fileName: "ddd-verify.mjs.sha256", source: `${hash}  ddd-verify.mjs\n` })
    },
    transformIndexHtml: (html) => html.replace("__VERIFIER_SHA256__", hash)
  }
}

export default defineConfig({
  root: import.meta.dirname,
  publicDir: "public",
  // the build says what went wrong, and nothing else
  logLevel: "warn",
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    emptyOutDir: true,
    rolldownOptions: { input: pages.map((name) => join(import.meta.dirname, `${name}.html`)) }
  },
  plugins: [verifier(), compressed()]
})
