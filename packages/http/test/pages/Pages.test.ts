import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { hash } from "node:crypto"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { brotliCompressSync, gzipSync } from "node:zlib"
import { readPages } from "../../src/pages/BuiltPages.ts"
import { assertProblem, Client, layer as server } from "../support/Server.ts"

const script = "globalThis.pot = 'counts up'\n".repeat(40)

/** What a build leaves. */
const built = () => {
  const folder = mkdtempSync(join(tmpdir(), "ddd-pages-"))
  try {
    mkdirSync(join(folder, "assets"))
    writeFileSync(
      join(folder, "index.html"),
      "<!doctype html><title>The pot</title><meta property=\"og:image\" content=\"__PUBLIC_URL__/share.png\">"
    )
    writeFileSync(join(folder, "verify.html"), "<!doctype html><title>Verify</title>")
    writeFileSync(join(folder, "not-found.html"), "<!doctype html><title>Nothing here</title>")
    writeFileSync(join(folder, "ddd-verify.mjs"), script)
    writeFileSync(join(folder, "ddd-verify.mjs.sha256"), `${hash("sha256", script)}  ddd-verify.mjs\n`)
    writeFileSync(join(folder, "share.png"), "a picture")
    writeFileSync(join(folder, "notes.txt"), "of no kind that pages are made of")
    const file = join(folder, "assets", "Home-B2x7.js")
    writeFileSync(file, script)
    writeFileSync(`${file}.br`, brotliCompressSync(script))
    writeFileSync(`${file}.gz`, gzipSync(script))
    return readPages(folder) ?? []
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const call = (...args: Parameters<typeof Client.Service.call>) =>
  Effect.flatMap(Client, (client) => client.call(...args))

const asset = "/assets/Home-B2x7.js"

describe.each(["uws", "node"] as const)("on %s", (engine) => {
  layer(
    server({ engine, pages: built(), publicUrl: "https://lottery.example.com", corsOrigins: ["https://a.example"] })
  )(
    "the public pages",
    (it) => {
      it.effect("are served by their names, to be asked for again before each use", () =>
        Effect.gen(function*() {
          for (const [path, title] of [["/", "The pot"], ["/verify?draw=2026-02-03", "Verify"]] as const) {
            const page = yield* call("GET", path)
            assert.strictEqual(page.status, 200)
            assert.strictEqual(page.headers.get("content-type"), "text/html; charset=utf-8")
            assert.strictEqual(page.headers.get("cache-control"), "public, no-cache")
            assert.include(page.text, title)
          }
        }))

      it.effect("may run and load nothing but what this server serves, and tell nobody whence they lead", () =>
        Effect.gen(function*() {
          for (const path of ["/", asset]) {
            const { headers } = yield* call("GET", path)
            const policy = headers.get("content-security-policy") ?? ""
            assert.include(policy, "default-src 'none'")
            assert.include(policy, "connect-src 'self' wss://lottery.example.com;")
            assert.include(policy, "require-trusted-types-for 'script'")
            // the worker hashes with WebAssembly; a document may not
            const allowed = path === "/" ? policy : policy.replace("'wasm-unsafe-eval'", "")
            assert.notMatch(allowed, /https?:|\*|unsafe|data:|blob:/)
            assert.strictEqual(headers.get("referrer-policy"), "no-referrer")
            assert.strictEqual(headers.get("x-content-type-options"), "nosniff")
            assert.strictEqual(headers.get("strict-transport-security"), "max-age=31536000")
          }
        }))

      it.effect("have files that never change under their names, compressed as the client takes them", () =>
        Effect.gen(function*() {
          const etags = new Set<string | null>()
          const cases = [
            ["gzip, deflate, br", "br"],
            ["gzip", "gzip"],
            ["br;q=0, GZIP;q=0.5", "gzip"],
            ["identity", null]
          ] as const
          for (const [accepted, encoding] of cases) {
            const { headers, status, text } = yield* call("GET", asset, { headers: { "accept-encoding": accepted } })
            assert.strictEqual(status, 200)
            assert.strictEqual(headers.get("content-encoding"), encoding)
            assert.strictEqual(headers.get("content-type"), "text/javascript; charset=utf-8")
            assert.strictEqual(headers.get("cache-control"), "public, max-age=31536000, immutable")
            assert.strictEqual(headers.get("vary"), "Accept-Encoding, Origin")
            assert.strictEqual(text, script)
            etags.add(headers.get("etag"))
          }
          assert.strictEqual(etags.size, 3)
        }))

      it.effect("are not sent again to who has them", () =>
        Effect.gen(function*() {
          const etag = (yield* call("GET", "/")).headers.get("etag") ?? ""
          for (const known of [etag, `"another", W/${etag}`]) {
            const answer = yield* call("GET", "/", { headers: { "if-none-match": known } })
            assert.strictEqual(answer.status, 304)
            assert.strictEqual(answer.text, "")
            assert.strictEqual(answer.headers.get("etag"), etag)
          }
          assert.strictEqual((yield* call("GET", "/", { headers: { "if-none-match": `"another"` } })).status, 200)
        }))

      it.effect("name this server by its public address, in every encoding", () =>
        Effect.gen(function*() {
          for (const encoding of ["br", "gzip", "identity"]) {
            const page = yield* call("GET", "/", { headers: { "accept-encoding": encoding } })
            assert.include(page.text, "content=\"https://lottery.example.com/share.png\"")
          }
          assert.strictEqual((yield* call("GET", "/share.png")).headers.get("content-type"), "image/png")
        }))

      it.effect("show browsers a page where nothing is, and clients of the API a problem", () =>
        Effect.gen(function*() {
          const accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
          for (const path of ["/nothing", "/lottery", "/not-found"]) {
            const page = yield* call("GET", path, { headers: { accept } })
            assert.strictEqual(page.status, 404)
            assert.strictEqual(page.headers.get("content-type"), "text/html; charset=utf-8")
            assert.include(page.text, "Nothing here")
            assert.include(page.headers.get("content-security-policy"), "default-src 'none'")
            assert.strictEqual(page.headers.get("vary"), "Accept, Origin")
            assert.strictEqual(page.headers.get("cache-control"), "no-store")
          }
          for (const accept of ["*/*", "application/json"]) {
            assertProblem(yield* call("GET", "/nothing", { headers: { accept } }), 404, "not_found")
          }
          assertProblem(yield* call("POST", "/nothing", { headers: { accept } }), 404, "not_found")
          // what the API knows of and does not have is a problem to everybody
          assertProblem(yield* call("GET", "/lottery/draws/1999-01-01", { headers: { accept } }), 404, "not_found")
        }))

      it.effect("offer the verifier, whose hash is told beside it", () =>
        Effect.gen(function*() {
          const verifier = yield* call("GET", "/ddd-verify.mjs")
          assert.strictEqual(verifier.headers.get("content-type"), "text/javascript; charset=utf-8")
          assert.strictEqual(verifier.headers.get("cache-control"), "public, no-cache")
          const told = yield* call("GET", "/ddd-verify.mjs.sha256")
          assert.strictEqual(told.text, `${hash("sha256", verifier.text)}  ddd-verify.mjs\n`)
          assert.strictEqual(told.headers.get("content-type"), "text/plain; charset=utf-8")
        }))

      it.effect("take GET and HEAD, and leave every other path as it was", () =>
        Effect.gen(function*() {
          const head = yield* call("HEAD", "/verify")
          assert.strictEqual(head.status, 200)
          assert.strictEqual(head.text, "")
          const posted = yield* call("POST", "/verify")
          assertProblem(posted, 405, "method_not_allowed")
          assert.strictEqual(posted.headers.get("allow"), "GET, HEAD")
          for (const path of ["/index.html", "/verify.html", "/verify/", "/assets/", `${asset}.gz`, "/notes.txt"]) {
            assertProblem(yield* call("GET", path), 404, "not_found")
          }
          assertProblem(yield* call("GET", "/assets/..%2f..%2fpackage.json"), 404, "not_found")
        }))
    }
  )
})

layer(server())("pages that are not built", (it) => {
  it.effect("say what builds them", () =>
    Effect.gen(function*() {
      for (const path of ["/", "/verify", "/verify-email", "/reset-password"]) {
        const answer = yield* call("GET", path)
        assertProblem(answer, 503, "unavailable")
        assert.include(answer.text, "npm run setup")
      }
    }))
})
