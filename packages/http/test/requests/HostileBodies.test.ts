/** Bodies that nobody means well with, at every endpoint: a clear refusal, and nothing is changed. */
import { readRequestLimits, unmetLimits } from "@ddd/core/accounts/RequestLimits"
import { cents } from "@ddd/core/money/Money"
import { Rooms } from "@ddd/core/ports/Rooms"
import { Store } from "@ddd/sim/memory/Store"
import { assert, layer } from "@effect/vitest"
import { Effect, Result } from "effect"
import { HttpApi } from "effect/http-api"
import { Api } from "../../src/Api.ts"
import { engines } from "../engine/support.ts"
import { at, Client, internalToken, layer as server, makePlayer } from "../support/Server.ts"

/** Every endpoint with a body of JSON that it reads, or may be empty. Webhooks keep what their senders write, once they are known. */
const endpoints = (() => {
  const all: Array<{ method: string; path: string }> = []
  HttpApi.reflect(Api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint: { method, path } }) => {
      if (method !== "GET" && !path.startsWith("/webhooks/")) all.push({ method, path })
    }
  })
  return all
})()

const json = "application/json"
const utf8 = (text: string): Uint8Array => Buffer.from(text)
const nested = (depth: number): string => `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`

interface Hostile {
  readonly what: string
  readonly body: Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  readonly status: number
  readonly code: string
}

const hostile: ReadonlyArray<Hostile> = [
  ...([
    ["half a text", "{\"amount\":"],
    ["two texts", "{}{}"],
    ["a comment", "{/**/}"],
    ["a comma too many", "{\"a\":1,}"],
    ["a single quote", "{'a':1}"],
    ["no JSON number", "{\"a\":NaN}"],
    ["a form", "amount=1.00&amount=2.00"],
    ["XML", "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>"],
    ["a member twice", "{\"amount\":\"1.00\",\"amount\":\"9.00\"}"],
    ["a member twice, once escaped", "{\"amount\":\"1.00\",\"\\u0061mount\":\"9.00\"}"],
    ["__proto__", "{\"__proto__\":{\"isActive\":true}}"],
    ["__proto__, escaped", "{\"\\u005f_proto__\":{}}"],
    ["a deep nest", nested(40)],
    ["a very deep nest", nested(30_000)],
    ["half of a surrogate pair", "{\"name\":\"\\ud800\"}"],
    ["U+0000", "{\"name\":\"a\\u0000b\"}"],
    ["a number beyond all", "{\"quantity\":1e999}"],
    ["a byte order mark", "\ufeff{}"]
  ] as const).map(([what, text]) => ({ what, body: utf8(text), status: 400, code: "invalid_json" })),
  { what: "UTF-16", body: Buffer.from("{\"a\":1}", "utf16le"), status: 400, code: "invalid_json" },
  { what: "overlong UTF-8", body: Buffer.from("7b2261223a22c0af227d", "hex"), status: 400, code: "invalid_json" },
  {
    what: "a surrogate in UTF-8",
    body: Buffer.from("7b2261223a22eda080227d", "hex"),
    status: 400,
    code: "invalid_json"
  },
  ...([
    ["an array", "[]"],
    ["a text", "\"amount\""],
    ["null", "null"],
    ["a field that is none", "{\"isAdmin\":true}"],
    ["a field of objects", "{\"constructor\":{\"prototype\":{}}}"],
    ["a thousand fields", JSON.stringify(Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`f${i}`, i])))],
    ["a number of 300 digits", `{"planted":${"9".repeat(300)}}`]
  ] as const).map(([what, text]) => ({ what, body: utf8(text), status: 400, code: "invalid_request" })),
  ...([
    ["another type", "text/plain"],
    ["a form's type", "multipart/form-data; boundary=x"],
    ["another encoding of text", `${json}; charset=utf-16`],
    ["two types", `${json}, text/html`]
  ] as const).map(([what, type]) => ({
    what,
    body: utf8("{\"a\":1}"),
    headers: { "content-type": type },
    status: 415,
    code: "unsupported_media_type"
  })),
  {
    what: "a compressed body",
    body: Buffer.from("1f8b0800", "hex"),
    headers: { "content-encoding": "gzip" },
    status: 415,
    code: "unsupported_media_type"
  }
]

const limits = Result.getOrThrow(readRequestLimits(unmetLimits))

for (const engine of engines) {
  layer(server({ engine, limits }), { excludeTestServices: true, timeout: "120 seconds" })(
    `hostile bodies on ${engine}`,
    (it) => {
      it.effect("are refused at every endpoint, each for what it is, and nothing is changed", () =>
        Effect.gen(function*() {
          const { url } = yield* Client
          const store = yield* Store
          const player = yield* makePlayer(cents(1_000n))
          const room = yield* (yield* Rooms).create({ hostId: player.id, name: "Friday", maxParticipants: 5 })
          /** How much of everything there is, and what may change of what was there. */
          const state = () =>
            JSON.stringify([
              Object.entries(store).flatMap(([name, rows]) =>
                rows instanceof Map ? [[name, rows.size]] : Array.isArray(rows) ? [[name, rows.length]] : []
              ),
              [...store.wallets.values()],
              [...store.users.values()],
              [...store.lobbies.values()]
            ], (_, value: unknown) => typeof value === "bigint" ? String(value) : value)
          const before = state()
          assert.isAbove(endpoints.length, 20)
          for (const { method, path } of endpoints) {
            const place = path.replace("/rooms/:id", `/rooms/${room.id}`).replace(":id", player.sessionId)
              .replace(":deviceId", player.sessionId)
            const token = path === "/wallet/deposit" ? internalToken : player.token
            for (const { body, code, headers, status, what } of hostile) {
              const answer = yield* Effect.promise(async () => {
                const response = await fetch(`${url}${place}`, {
                  method,
                  headers: { "content-type": json, authorization: `Bearer ${token}`, ...headers },
                  body: new Uint8Array(body)
                })
                return { status: response.status, text: await response.text() }
              })
              const told = `${method} ${path}, ${what}: ${answer.text}`
              assert.strictEqual(answer.status, status, told)
              assert.strictEqual(at(JSON.parse(answer.text), "code"), code, told)
              // what was sent is not sent back
              assert.notInclude(answer.text, "9.00", told)
            }
          }
          assert.strictEqual(state(), before)
        }))
    }
  )
}
