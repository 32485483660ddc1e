import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { hash } from "node:crypto"
import { assertProblem, at, Client, layer as server, readiness } from "../support/Server.ts"

const get = (path: string) => Effect.flatMap(Client, ({ call }) => call("GET", path))

layer(server({ publicUrl: "https://api.example.com" }))("what machines ask", (it) => {
  it.effect("health, of the process and of what it stands on", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* get("/healthz")).json, { status: "ok" })
      assert.deepStrictEqual((yield* get("/readyz")).json, { status: "ok", detail: "ready" })
      Object.assign(readiness, { ok: false, detail: "The server is about to stop." })
      const answer = yield* get("/readyz")
      Object.assign(readiness, { ok: true, detail: "ready" })
      assertProblem(answer, 503, "unavailable")
      assert.strictEqual(at(answer.json, "detail"), "The server is about to stop.")
    }))

  it.effect("the keys of tokens and of records", () =>
    Effect.gen(function*() {
      const jwks = yield* get("/.well-known/jwks.json")
      assert.deepStrictEqual(at(jwks.json, "keys", 0), {
        kty: "OKP",
        crv: "Ed25519",
        x: "x",
        kid: "1",
        alg: "EdDSA",
        use: "sig"
      })
      assert.strictEqual(jwks.headers.get("cache-control"), "public, max-age=300")
      const vkey = yield* get("/log/vkey")
      assert.match(vkey.headers.get("content-type") ?? "", /^text\/plain/)
      assert.strictEqual(vkey.text, `${(yield* RecordSigner).vkeys.join("\n")}\n`)
    }))

  it.effect("a page that shows the contract, from this server alone", () =>
    Effect.gen(function*() {
      const page = yield* get("/docs")
      assert.strictEqual(page.status, 200)
      assert.match(page.headers.get("content-type") ?? "", /^text\/html/)
      const policy = page.headers.get("content-security-policy") ?? ""
      assert.notMatch(policy, /https?:|\*|unsafe-eval|script-src[^;]*unsafe-inline/)
      const scripts = Array.from(page.text.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g))
      assert.lengthOf(scripts, 2)
      for (const [, attributes, script = ""] of scripts) {
        assert.strictEqual(attributes, "")
        assert.include(policy, `'sha256-${hash("sha256", script, "base64")}'`)
      }
    }))
})
