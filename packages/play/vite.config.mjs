/**
 * How the app is built: a page, what it loads under names that follow from their content, and the service worker that keeps both.
 *
 * Nothing is inlined, since the page's policy allows no code and no image but files.
 */
import { compressed } from "@ddd/web/compressed"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { defineConfig } from "vite"

const icons = ["apple-touch-icon.png", "favicon.ico", "icon-192.png", "icon-512.png", "icon-maskable-512.png"]

/** Puts the icons of the public pages beside the app. */
const shared = () => ({
  name: "shared",
  buildStart() {
    for (const fileName of icons) {
      const source = readFileSync(join(import.meta.dirname, "..", "web", "public", fileName))
      this.emitFile({ type: "asset", fileName, source })
    }
  }
})

/** Tells the service worker which files there are: another list is another worker, and the browser takes it. */
const listed = () => ({
  name: "listed",
  enforce: "post",
  generateBundle(_, bundle) {
    const worker = bundle["sw.js"]
    const files = Object.keys(bundle).filter((name) => name.startsWith("assets/")).sort()
    const build = createHash("sha256").update(files.join(" ")).update(bundle["index.html"].source).digest("hex")
    worker.code = worker.code.replace("__ASSETS__", files.join(" ")).replace("__BUILD__", build.slice(0, 16))
  }
})

export default defineConfig({
  root: import.meta.dirname,
  base: "/play/",
  publicDir: "public",
  // the build says what went wrong, and nothing else
  logLevel: "warn",
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    emptyOutDir: true,
    manifest: "assets.json",
    rolldownOptions: {
      // libraries mark what they mean for servers that render; nothing is rendered there
      onLog: (level, log, tell) => log.code === "MODULE_LEVEL_DIRECTIVE" ? undefined : tell(level, log),
      input: {
        index: join(import.meta.dirname, "index.html"),
        sw: join(import.meta.dirname, "src", "offline", "ServiceWorker.ts")
      },
      output: { entryFileNames: ({ name }) => name === "sw" ? "sw.js" : "assets/[name]-[hash].js" }
    }
  },
  plugins: [shared(), listed(), compressed()]
})
