/**
 * How the public pages are built: each HTML file with what it loads, under names that follow from their content.
 *
 * Nothing is inlined, since the pages' policy allows no code and no image but files (http, `Pages`). Every file is compressed
 * here, once, so that the server need not.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { brotliCompressSync, constants, gzipSync } from "node:zlib"
import { defineConfig } from "vite"

const pages = ["index", "verify", "verify-email", "reset-password", "docs", "docs/websocket"]

/** Puts a `.br` and a `.gz` beside each file that they are smaller than. */
const compressed = () => ({
  name: "compressed",
  writeBundle: (options, bundle) => {
    for (const name of Object.keys(bundle)) {
      const file = join(options.dir, name)
      const bytes = readFileSync(file)
      const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
      const made = { br: brotliCompressSync(bytes, { params }), gz: gzipSync(bytes, { level: 9 }) }
      for (const [suffix, smaller] of Object.entries(made)) {
        if (smaller.length < bytes.length) writeFileSync(`${file}.${suffix}`, smaller)
      }
    }
  }
})

export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  // the build says what went wrong, and nothing else
  logLevel: "warn",
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    emptyOutDir: true,
    rolldownOptions: { input: pages.map((name) => join(import.meta.dirname, `${name}.html`)) }
  },
  plugins: [compressed()]
})
