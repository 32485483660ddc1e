import { cents } from "@ddd/core/money/Money"
import { isUuid } from "@ddd/core/values/Ids"
import { parseDay } from "@ddd/core/values/Instant"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Result } from "effect"
import * as fc from "fast-check"
import { decodeCursor, encodeCursor, type PagedList } from "../../src/requests/Cursors.ts"
import { assertProblem, at, Client, layer as server, makePlayer, textAt } from "../support/Server.ts"

const days: PagedList = { name: "days", isKey: (text) => parseDay(text) !== undefined }
const rows: PagedList = { name: "rows", isKey: isUuid }

describe("a cursor", () => {
  it("is read back where it belongs, and in no other list, filter or player's", () => {
    fc.assert(fc.property(fc.uuid({ version: 7 }), fc.uuid(), fc.uuid(), (key, one, other) => {
      fc.pre(one !== other)
      const cursor = encodeCursor(rows, [one, null], key)
      assert.match(cursor, /^[\w-]{1,200}$/)
      assert.deepStrictEqual(decodeCursor(rows, [one, null], cursor), Result.succeed(key))
      for (const scope of [[other, null], [one, other], [null, one], [one], []]) {
        assert.isTrue(Result.isFailure(decodeCursor(rows, scope, cursor)))
      }
      assert.isTrue(Result.isFailure(decodeCursor({ ...rows, name: "others" }, [one, null], cursor)))
    }))
  })

  it("with one bit changed, or made up, is none", () => {
    const cursor = Buffer.from(encodeCursor(days, [], "2026-02-03"), "base64url")
    for (let bit = 0; bit < cursor.length * 8; bit++) {
      const changed = Buffer.from(cursor)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const read = decodeCursor(days, [], changed.toString("base64url"))
      // in the key alone a change may make another key: another place in the same list
      assert.isTrue(Result.isFailure(read) || (bit >= 13 * 8 && parseDay(read.success) !== undefined))
    }
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary" }), fc.base64String()),
        (text) => assert.isTrue(Result.isFailure(decodeCursor(days, [], text)))
      )
    )
  })

  it("has one spelling, and a key that its list can have", () => {
    const cursor = encodeCursor(days, [], "2026-02-03")
    for (const text of [`${cursor}=`, `${cursor}A`, ` ${cursor}`, cursor.toLowerCase(), "", "2026-02-03"]) {
      assert.isTrue(Result.isFailure(decodeCursor(days, [], text)), text)
    }
    for (const key of ["2026-02-30", "0000-01-01", "infinity", ""]) {
      assert.isTrue(Result.isFailure(decodeCursor(days, [], encodeCursor(days, [], key))), key)
    }
  })
})

layer(server())("lists", (it) => {
  it.effect("take no cursor of another list, filter or player, and go on by their own", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      const [one, other] = [yield* makePlayer(cents(500n)), yield* makePlayer(cents(500n))]
      for (const { token } of [one, other]) {
        yield* call("POST", "/lottery/purchase-ticket", { token, body: { quantity: 3 } })
        for (const name of ["one", "two"]) yield* call("POST", "/rooms", { token, body: { name } })
      }
      const lists = ["/lottery/tickets?", "/lottery/tickets?status=active&", "/wallet/transactions?", "/rooms?"]
      lists.push("/wallet/transactions?type=ticket_purchase&")
      const cursors = yield* Effect.forEach(lists, (list) =>
        Effect.map(call("GET", `${list}limit=1`, one), ({ json }) => textAt(json, "nextCursor")))
      for (const list of [...lists, "/lottery/draw-history?"]) {
        for (const [index, cursor] of cursors.entries()) {
          const answer = yield* call("GET", `${list}limit=1&cursor=${cursor}`, one)
          if (lists[index] === list) {
            assert.strictEqual(answer.status, 200, answer.text)
            assert.isNotNull(at(answer.json, "items", 0))
          } else assertProblem(answer, 400, "invalid_request")
          if (list !== "/lottery/draw-history?") {
            assertProblem(yield* call("GET", `${list}limit=1&cursor=${cursor}`, other), 400, "invalid_request")
          }
        }
      }
    }))
})
