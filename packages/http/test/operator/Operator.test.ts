import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
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

  it.effect("the contract, compressed when the server started, and not sent again to who has it", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      for (const path of ["/openapi.json", "/asyncapi.json"]) {
        const texts = new Set<string>()
        for (const encoding of ["br", "gzip", "identity"]) {
          const { headers, status, text } = yield* call("GET", path, { headers: { "accept-encoding": encoding } })
          assert.strictEqual(status, 200)
          assert.strictEqual(headers.get("content-encoding"), encoding === "identity" ? null : encoding)
          assert.strictEqual(headers.get("content-type"), "application/json")
          texts.add(text)
        }
        assert.strictEqual(texts.size, 1)
        const etag = (yield* get(path)).headers.get("etag") ?? ""
        assert.strictEqual((yield* call("GET", path, { headers: { "if-none-match": etag } })).status, 304)
      }
    }))
})
