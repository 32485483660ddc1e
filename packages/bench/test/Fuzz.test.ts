import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { fuzz } from "../src/fuzz/Fuzz.ts"
import { makeJudge } from "../src/fuzz/Judge.ts"
import { readAnswer } from "../src/fuzz/Lane.ts"
import { operationsOf } from "../src/fuzz/Operations.ts"
import { linesOf, unserved, verdictOf } from "../src/fuzz/Report.ts"
import type { FuzzRequest } from "../src/fuzz/Requests.ts"

const problem = {
  type: "object",
  properties: { status: { type: "integer" }, code: { type: "string" } },
  required: ["status", "code"],
  additionalProperties: false
}

const document = {
  components: { schemas: { Problem: problem, Money: { type: "string", pattern: "^[0-9]+\\.[0-9]{2}$" } } },
  paths: {
    "/things/{id}": {
      get: {
        responses: {
          200: {
            content: {
              "application/json": {
                schema: {
                  type: "object",
                  properties: {
                    amount: { $ref: "#/components/schemas/Money" },
                    rest: { anyOf: [{ type: "integer", minimum: 1 }, { type: "null" }] }
                  },
                  required: ["amount"],
                  additionalProperties: false
                }
              }
            }
          },
          204: {},
          404: { content: { "application/problem+json": { schema: problem } } },
          503: { content: { "application/problem+json": { schema: problem } } }
        }
      }
    }
  }
}

const request = (target: string, method = "GET"): FuzzRequest => ({
  intent: "valid",
  method,
  target,
  headers: [],
  body: null
})

const answer = (status: number, body: unknown, type = "application/json") => ({
  status,
  headers: new Map([["content-type", type], ["x-content-type-options", "nosniff"]]),
  body: Buffer.from(body === undefined ? "" : JSON.stringify(body)),
  millis: 1
})

describe("what judges answers by the document", () => {
  const { faultsOf } = makeJudge(document, operationsOf(document))
  const asProblem = "application/problem+json"

  it("finds nothing wrong with what the document says", () => {
    for (
      const right of [
        answer(200, { amount: "1.00" }),
        answer(200, { amount: "1.00", rest: null }),
        answer(204, undefined, ""),
        answer(404, { status: 404, code: "not_found" }, asProblem),
        answer(503, { status: 503, code: "unavailable" }, asProblem)
      ]
    ) assert.deepStrictEqual(faultsOf(request("/things/1?x=1"), right), [])
  })

  it("finds another status, type, member or value, and every 5xx but 503", () => {
    for (
      const wrong of [
        answer(200, { amount: "1.0" }),
        answer(200, { amount: 1 }),
        answer(200, {}),
        answer(200, { amount: "1.00", more: 1 }),
        answer(200, { amount: "1.00", rest: 0 }),
        answer(200, []),
        answer(200, { amount: "1.00" }, "text/plain"),
        answer(201, { amount: "1.00" }),
        answer(204, { amount: "1.00" }),
        answer(404, { status: 404 }, asProblem),
        answer(500, { status: 500, code: "internal" }, asProblem),
        { ...answer(200, { amount: "1.00" }), headers: new Map([["content-type", "application/json"]]) }
      ]
    ) assert.lengthOf(faultsOf(request("/things/1"), wrong), 1, wrong.body.toString())
  })

  it("takes what is no operation to be answered by a problem alone", () => {
    const missing = answer(404, { status: 404, code: "not_found" }, asProblem)
    for (const stray of [request("/things"), request("/things/%31"), request("/things/1", "PUT")]) {
      assert.deepStrictEqual(faultsOf(stray, missing), [])
      assert.lengthOf(faultsOf(stray, answer(200, { amount: "1.00" })), 1)
      assert.lengthOf(faultsOf(stray, answer(404, "no", "text/plain")), 1)
    }
  })

  it("refuses a document that says more than it can judge", () => {
    const odd = structuredClone(document)
    Object.assign(odd.components.schemas.Money, { contentEncoding: "base64" })
    const judge = makeJudge(odd, operationsOf(odd))
    assert.match(judge.faultsOf(request("/things/1"), answer(200, { amount: "1.00" })).join(), /contentEncoding/)
  })
})

describe("what reads answers", () => {
  const read = (text: string, method = "GET", hasEnded = false) =>
    readAnswer(Buffer.from(text, "latin1"), method, hasEnded)?.body.toString()

  it("knows how long each is", () => {
    assert.strictEqual(read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), "hi")
    assert.strictEqual(read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "HEAD"), "")
    assert.strictEqual(read("HTTP/1.1 204 No Content\r\n\r\n"), "")
    const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n3\r\n all\r\n"
    assert.isUndefined(read(chunked))
    assert.strictEqual(read(`${chunked.replace("3", "4")}0\r\n\r\n`), "hi all")
    assert.isUndefined(read("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi"))
    assert.isUndefined(read("HTTP/1.1 200 OK\r\n\r\nhi"))
    assert.strictEqual(read("HTTP/1.1 200 OK\r\n\r\nhi", "GET", true), "hi")
  })
})

/** As `FUZZ_REQUESTS=1000000` says, and `FUZZ_SEED`; the same each time unless they do, so that what is found is of a change. */
const requests = Number(process.env["FUZZ_REQUESTS"] ?? 50_000)
const seed = Number(process.env["FUZZ_SEED"] ?? 3)

describe("npm run fuzz", () => {
  it.live("finds that whatever is asked is answered as the document says", () =>
    Effect.gen(function*() {
      const report = yield* fuzz({ requests, seed })
      yield* Effect.sync(() => process.stdout.write(`seed ${seed}\n  ${linesOf(report).join("\n  ")}\n`))
      yield* verdictOf(report)
      assert.isAtLeast(report.requests + report.messages, requests)
      // it was not found since nothing was reached
      assert.deepStrictEqual(unserved(report), [])
    }), 3_600_000)
})
