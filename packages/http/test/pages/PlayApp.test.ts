import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { brotliCompressSync, gzipSync } from "node:zlib"
import { readPages } from "../../src/pages/BuiltPages.ts"
import { playBase } from "../../src/pages/PlayApp.ts"
import { assertProblem, Client, layer as server } from "../support/Server.ts"

const script = "globalThis.tickets = 'are bought'\n".repeat(40)
const page = "<!doctype html><title>Play</title><script type=\"module\" src=\"/play/assets/App-B2x7.js\"></script>"

/** What a build of the app leaves. */
const built = () => {
  const folder = mkdtempSync(join(tmpdir(), "ddd-play-"))
  try {
    mkdirSync(join(folder, "assets"))
    const files = {
      "index.html": page,
      "sw.js": script,
      "manifest.webmanifest": "{\"start_url\":\"/play/\"}",
      "icon.svg": "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
      "assets/App-B2x7.js": script
    }
    for (const [name, text] of Object.entries(files)) {
      const file = join(folder, name)
      writeFileSync(file, text)
      writeFileSync(`${file}.br`, brotliCompressSync(text))
      writeFileSync(`${file}.gz`, gzipSync(text))
    }
    return readPages(folder, playBase) ?? []
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const call = (...args: Parameters<typeof Client.Service.call>) =>
  Effect.flatMap(Client, (client) => client.call(...args))

const asset = "/play/assets/App-B2x7.js"
const opened = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" }
const screens = ["/play/tickets", "/play/rooms/K7M2QX?from=mail", "/play/draws/2026-02-03/verify", "/play/tickets/"]

describe.each(["uws", "node"] as const)("on %s", (engine) => {
  layer(server({ engine, playApp: built(), publicUrl: "https://lottery.example.com" }))("the app", (it) => {
    it.effect("is at /play/, where /play leads", () =>
      Effect.gen(function*() {
        const app = yield* call("GET", "/play/?draw=2026-02-03")
        assert.strictEqual(app.status, 200)
        assert.strictEqual(app.text, page)
        assert.strictEqual(app.headers.get("content-type"), "text/html; charset=utf-8")
        assert.strictEqual(app.headers.get("cache-control"), "public, no-cache")
        for (const query of ["", "?draw=2026-02-03"]) {
          const typed = yield* call("GET", `/play${query}`, { headers: opened })
          assert.strictEqual(typed.status, 308)
          assert.strictEqual(typed.headers.get("location"), `/play/${query}`)
        }
      }))

    it.effect("is the same page at each of its screens, to browsers that open one", () =>
      Effect.gen(function*() {
        for (const path of screens) {
          const screen = yield* call("GET", path, { headers: opened })
          assert.strictEqual(screen.status, 200)
          assert.strictEqual(screen.text, page)
          assert.strictEqual(screen.headers.get("vary"), "Accept, Accept-Encoding, Origin")
          const etag = screen.headers.get("etag") ?? ""
          const known = yield* call("GET", path, { headers: { ...opened, "if-none-match": etag } })
          assert.strictEqual(known.status, 304)
          assert.strictEqual(known.text, "")
          for (const accept of ["*/*", "application/json"]) {
            assertProblem(yield* call("GET", path, { headers: { accept } }), 404, "not_found")
          }
        }
      }))

    it.effect("has its files by their names, compressed as the client takes them", () =>
      Effect.gen(function*() {
        for (const [accepted, encoding] of [["gzip, br", "br"], ["gzip", "gzip"], ["identity", null]] as const) {
          const file = yield* call("GET", asset, { headers: { "accept-encoding": accepted } })
          assert.strictEqual(file.status, 200)
          assert.strictEqual(file.text, script)
          assert.strictEqual(file.headers.get("content-encoding"), encoding)
          assert.strictEqual(file.headers.get("content-type"), "text/javascript; charset=utf-8")
          assert.strictEqual(file.headers.get("cache-control"), "public, max-age=31536000, immutable")
          assert.strictEqual(file.headers.get("vary"), "Accept-Encoding, Origin")
        }
        const manifest = yield* call("GET", "/play/manifest.webmanifest")
        assert.strictEqual(manifest.headers.get("content-type"), "application/manifest+json")
        assert.strictEqual((yield* call("GET", "/play/icon.svg")).headers.get("content-type"), "image/svg+xml")
      }))

    it.effect("has a service worker that is asked for again before each use, and reaches no further than the app", () =>
      Effect.gen(function*() {
        const worker = yield* call("GET", "/play/sw.js")
        assert.strictEqual(worker.text, script)
        assert.strictEqual(worker.headers.get("content-type"), "text/javascript; charset=utf-8")
        assert.strictEqual(worker.headers.get("cache-control"), "public, no-cache")
        assert.isNull(worker.headers.get("service-worker-allowed"))
      }))

    it.effect("may run and load nothing but what this server serves, and tell nobody whence it leads", () =>
      Effect.gen(function*() {
        for (const path of ["/play/", "/play/tickets", "/play/sw.js", asset]) {
          const { headers } = yield* call("GET", path, { headers: opened })
          const policy = headers.get("content-security-policy") ?? ""
          for (
            const part of [
              "default-src 'none';",
              "manifest-src 'self';",
              "worker-src 'self';",
              "connect-src 'self' wss://lottery.example.com;",
              "form-action 'none';",
              "frame-ancestors 'none';",
              "require-trusted-types-for 'script';",
              "trusted-types ddd-verifier ddd-play"
            ]
          ) assert.include(policy, part)
          const isPage = !path.endsWith(".js")
          const allowed = isPage ? policy : policy.replace("'wasm-unsafe-eval'", "")
          assert.notMatch(allowed, /https?:|\*|unsafe|data:|blob:/)
          assert.strictEqual(headers.get("referrer-policy"), "no-referrer")
          assert.strictEqual(headers.get("cross-origin-opener-policy"), "same-origin")
          assert.strictEqual(headers.get("x-content-type-options"), "nosniff")
          assert.strictEqual(headers.get("strict-transport-security"), "max-age=31536000")
        }
      }))

    it.effect("answers no page for a file that is gone, nor anything outside of it", () =>
      Effect.gen(function*() {
        for (
          const path of [
            "/play/assets/App-old.js",
            "/play/assets/",
            `${asset}.br`,
            "/playing",
            "/play/..%2fverify",
            "/play/%61ssets/App-B2x7.js",
            "/play/a;b"
          ]
        ) assertProblem(yield* call("GET", path, { headers: opened }), 404, "not_found")
      }))

    it.effect("takes GET and HEAD, counted as pages are", () =>
      Effect.gen(function*() {
        for (const path of ["/play/", "/play/tickets", asset]) {
          const head = yield* call("HEAD", path, { headers: opened })
          assert.strictEqual(head.status, 200)
          assert.strictEqual(head.text, "")
          assert.include(head.headers.get("ratelimit"), "\"pages\";")
          const posted = yield* call("POST", path)
          assertProblem(posted, 405, "method_not_allowed")
          assert.strictEqual(posted.headers.get("allow"), "GET, HEAD")
        }
      }))
  })

  layer(server({ engine }))("an app that is not built", (it) => {
    it.effect("says what builds it", () =>
      Effect.gen(function*() {
        for (const path of ["/play", "/play/", ...screens, asset]) {
          const answer = yield* call("GET", path, { headers: opened })
          assertProblem(answer, 503, "unavailable")
          assert.include(answer.text, "npm run setup")
        }
      }))
  })
})
