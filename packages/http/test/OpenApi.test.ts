import { assert, layer } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import { HttpApi } from "effect/http-api"
import { readFileSync } from "node:fs"
import { Api } from "../src/Api.ts"
import { openApiDocument } from "../src/operator/OpenApiDocument.ts"
import { problemStatus } from "../src/problems/Problem.ts"
import { codesIn } from "./support/OpenApiCodes.ts"
import { at, Client, layer as server } from "./support/Server.ts"
import { undescribed } from "./support/Undescribed.ts"

const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))

const body = ["invalid_request", "invalid_json", "payload_too_large", "unsupported_media_type"]
const player = ["unauthenticated", "token_expired"]
const age = ["under_age", "date_of_birth_missing"]
const room = [...player, "not_found", "rate_limited"]

/** What every endpoint may answer. */
const everywhere = [
  ...body,
  "https_required",
  "length_required",
  "rate_limited",
  "headers_too_large",
  "version_not_supported",
  "internal",
  "unavailable",
  "outcome_unknown"
]

/** Every endpoint with its other codes (docs/api.md). */
const contract: Readonly<Record<string, ReadonlyArray<string>>> = {
  "post /auth/sign-up": [...body, "email_taken", "username_taken", "under_age", "rate_limited", "not_available_here"],
  "post /auth/sign-in": [...body, "invalid_credentials", "account_frozen", "rate_limited"],
  "post /auth/refresh": [...body, "unauthenticated", "token_reused"],
  "post /auth/sign-out": [...body],
  "post /auth/sign-out-everywhere": player,
  "get /auth/sessions": player,
  "delete /auth/sessions/{id}": [...player, "not_found"],
  "post /auth/change-password": [...body, ...player, "invalid_credentials", "rate_limited"],
  "post /auth/reset-password": [...body],
  "post /auth/reset-password/confirm": [...body, "invalid_token"],
  "post /auth/verify-email": [...body, "invalid_token", "email_taken"],
  "post /auth/verify-email/resend": player,
  "get /user/profile": player,
  "patch /user/profile": [
    ...body,
    ...player,
    "invalid_credentials",
    "forbidden",
    "under_age",
    "rate_limited",
    "email_taken",
    "username_taken"
  ],
  "put /user/devices/{deviceId}": [...body, "not_found", ...player],
  "delete /user/devices/{deviceId}": ["invalid_request", "not_found", ...player],
  "get /user/limits": player,
  "put /user/limits": [...body, ...player],
  "post /user/limits/confirm": player,
  "post /user/time-out": [...body, ...player],
  "post /user/self-exclusion": [...body, ...player],
  "get /user/export": [...player, "rate_limited"],
  "delete /user": [...body, ...player, "invalid_credentials", "rate_limited", "erasure_refused"],
  "get /wallet": player,
  "post /wallet/deposit": [
    ...body,
    "unauthenticated",
    "not_found",
    "timed_out",
    "limit_exceeded",
    "reference_conflict"
  ],
  "post /wallet/checkout": [
    ...body,
    ...player,
    "not_available_here",
    "account_frozen",
    "timed_out",
    "under_age",
    "date_of_birth_missing",
    "limit_exceeded",
    "idempotency_key_reused"
  ],
  "post /wallet/withdraw": [
    ...body,
    ...player,
    "payout_account_missing",
    "not_withdrawable",
    "insufficient_funds",
    "account_frozen",
    "email_unverified",
    "identity_unverified",
    "idempotency_key_reused"
  ],
  "post /wallet/payout-account": [...player, "email_unverified"],
  "get /wallet/payout-account": player,
  "delete /wallet/payout-account": [...player, "withdrawal_under_way"],
  "get /wallet/transactions": [...player, "invalid_request"],
  "get /wallet/statement": [...player, "invalid_request", "rate_limited"],
  "post /webhooks/revenuecat": ["invalid_request", "payload_too_large", "unauthenticated"],
  "post /webhooks/stripe": ["invalid_request", "payload_too_large"],
  "post /webhooks/kyc": ["invalid_request", "payload_too_large", "unauthenticated"],
  "get /lottery/current-draw": [],
  "post /lottery/purchase-ticket": [
    ...body,
    ...player,
    "not_available_here",
    "insufficient_funds",
    "account_frozen",
    ...age,
    "timed_out",
    "limit_exceeded",
    "draw_closed",
    "idempotency_key_reused"
  ],
  "get /lottery/tickets": [...player, "invalid_request"],
  "get /lottery/tickets/{ticketId}/verify": ["not_found"],
  "get /lottery/draw-history": ["invalid_request"],
  "get /lottery/last-winner": [],
  "get /lottery/draws/{drawDate}": ["invalid_request", "not_found"],
  "get /lottery/draws/{drawDate}/records": ["invalid_request", "not_found"],
  "get /lottery/draws/{drawDate}/proof": ["invalid_request", "not_found"],
  "get /rooms": [...player, "invalid_request"],
  "post /rooms": [...body, ...player, "not_available_here", ...age, "limit_exceeded", "timed_out"],
  "get /rooms/{id}": room,
  "post /rooms/{id}/join": [
    ...body,
    ...room,
    "already_member",
    "limit_exceeded",
    "not_available_here",
    "room_full",
    ...age,
    "timed_out",
    "wrong_room_state"
  ],
  "post /rooms/{id}/purchase-ticket": [
    ...body,
    ...room,
    "not_available_here",
    "already_has_ticket",
    "wrong_room_state",
    "insufficient_funds",
    "account_frozen",
    ...age,
    "timed_out",
    "limit_exceeded",
    "idempotency_key_reused"
  ],
  "get /rooms/{id}/ticket": room,
  "post /rooms/{id}/leave": [...body, ...room, "forbidden", "already_has_ticket", "wrong_room_state"],
  "post /rooms/{id}/close": [...body, ...room, "forbidden", "wrong_room_state"],
  "post /rooms/{id}/start-draw": [...body, ...room, "forbidden", "wrong_room_state"],
  "post /rooms/{id}/execute-draw": [...body, ...room, "forbidden", "wrong_room_state", "beacon_pending"],
  "get /rooms/{id}/proof": room,
  "get /play/site": [],
  "get /healthz": [],
  "get /readyz": [],
  "get /.well-known/jwks.json": [],
  "get /log/vkey": []
}

layer(server({ publicUrl: "https://api.example.com" }))("the OpenAPI document", (it) => {
  it.effect("says how texts look, and that money is text", () =>
    Effect.gen(function*() {
      const { json } = yield* (yield* Client).call("GET", "/openapi.json")
      assert.deepInclude(at(json, "components", "schemas", "Money"), {
        type: "string",
        pattern: "^-?(0|[1-9][0-9]{0,9})\\.[0-9]{2}$"
      })
    }))

  it.effect("says of itself what runs: its version, its licence, and how a token is sent", () =>
    Effect.gen(function*() {
      const { json, text } = yield* (yield* Client).call("GET", "/openapi.json")
      assert.strictEqual(at(json, "info", "version"), at(manifest, "version"))
      assert.strictEqual(at(json, "info", "license", "identifier"), at(manifest, "license"))
      for (const scheme of ["accessToken", "internalToken"]) {
        assert.strictEqual(at(json, "components", "securitySchemes", scheme, "scheme"), "bearer")
      }
      assert.notMatch(text, /scalar|swagger|x-field-texts/i)
    }))

  it.effect("describes every operation, parameter, body, answer and field, each with an example", () =>
    Effect.gen(function*() {
      const { json } = yield* (yield* Client).call("GET", "/openapi.json")
      assert.deepStrictEqual(undescribed(json), [])
    }))

  it.effect("has one form of all problems, whatever their status", () =>
    Effect.gen(function*() {
      const { json } = yield* (yield* Client).call("GET", "/openapi.json")
      const problem = at(json, "components", "schemas", "Problem")
      assert.deepInclude(problem, { type: "object", additionalProperties: false })
      assert.notProperty(problem, "anyOf")
      assert.notProperty(at(problem, "properties", "status"), "enum")
      assert.sameMembers(
        Array.from(at(problem, "properties", "code", "enum") as ReadonlyArray<string>),
        Object.keys(problemStatus)
      )
    }))

  it("has examples that the API itself takes and answers", () => {
    const document = openApiDocument(new URL("https://api.example.com"))
    HttpApi.reflect(Api, {
      onGroup: () => {},
      onEndpoint: ({ endpoint, successes }) => {
        const path = endpoint.path.replace(/:(\w+)/g, "{$1}")
        const operation = at(document, "paths", path, endpoint.method.toLowerCase())
        // an answer of several types has a schema for each
        const take = (schemas: ReadonlyArray<Schema.Top>, example: unknown) => {
          if (example === undefined) return
          const taken = schemas.map((schema) => Schema.decodeResult(Schema.toEncoded(schema))(example))
          assert.isTrue(taken.some(Result.isSuccess), `${endpoint.method} ${path}: ${JSON.stringify(taken)}`)
        }
        const sent = at(operation, "requestBody", "content", "application/json", "example")
        for (const { schemas } of endpoint.payload.values()) take(schemas, sent)
        for (const [status, schemas] of successes) {
          const answered = at(operation, "responses", String(status), "content", "application/json", "example")
          take([...schemas], answered)
        }
      }
    })
  })

  it.effect("has every endpoint, and its errors under their statuses", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      const { json } = yield* call("GET", "/openapi.json")
      assert.strictEqual(at(json, "servers", 0, "url"), "https://api.example.com")
      const found: Record<string, ReadonlyArray<string>> = {}
      for (const [path, operations] of Object.entries(at(json, "paths") as object)) {
        for (const [method, operation] of Object.entries(operations as object)) {
          const codes = new Set<string>()
          for (const [status, response] of Object.entries(at(operation, "responses") as object)) {
            const schema = at(response, "content", "application/problem+json", "schema")
            for (const code of codesIn(schema)) {
              assert.strictEqual(at(problemStatus, String(code)), Number(status), `${method} ${path}: ${String(code)}`)
              codes.add(String(code))
            }
          }
          found[`${method} ${path}`] = [...codes].sort()
        }
      }
      const expected = Object.entries(contract).map((
        [endpoint, codes]
      ) => [endpoint, [...new Set([...codes, ...everywhere])].sort()])
      assert.deepStrictEqual(found, Object.fromEntries(expected))
    }))
})
