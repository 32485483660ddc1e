import { assert, describe, it } from "@effect/vitest"
import { fastSha256 } from "../../src/hash/Sha256Batch.ts"
import { type ReaderInput, readInput } from "../../src/proof/ReaderInput.ts"

const nothing: ReaderInput = {
  keys: "",
  chainHash: "",
  seenLock: "",
  seenAt: "",
  ticketId: "",
  ownerSalt: "",
  userId: ""
}
const key = "draws.example.com+2a03c5d8+Aawnxtg4B75l7Z0nkdNbY7nQNvxZ/ad+/DFKV5jBaV9n"
const salt = "ab".repeat(32)
const userId = "0190e1a2-0000-7000-8000-00000000000a"
const ticketId = "DDL-20260203-7K3QX"
const seenAt = "2026-02-04T00:00:10.000Z"

const read = (given: Partial<ReaderInput>) => readInput(fastSha256, { ...nothing, ...given })

const faultOf = (given: Partial<ReaderInput>): string | undefined => {
  const known = read(given)
  return known.ok ? undefined : `${known.fault.field} ${known.fault.isMissing ? "missing" : "unreadable"}`
}

describe("what the reader knows from elsewhere", () => {
  it("may be nothing", () => {
    assert.deepStrictEqual(read({}), { ok: true, value: { keys: [] } })
    assert.deepStrictEqual(read({ keys: " \n", chainHash: " ", ticketId: " " }), { ok: true, value: { keys: [] } })
  })

  it("is read with the space around it, and in either case where case says nothing", () => {
    const given = read({
      keys: ` ${key}\n\n${key} `,
      chainHash: ` ${salt.toUpperCase()}`,
      seenLock: "ddd/lock/v1\n\n— x y",
      seenAt: ` ${seenAt} `,
      ticketId: " ddl-20260203-7k3qx",
      ownerSalt: salt.toUpperCase(),
      userId: userId.toUpperCase()
    })
    const known = given.ok ? given.value : assert.fail(given.fault.field)
    assert.lengthOf(known.keys, 2)
    assert.strictEqual(known.chainHash, salt)
    assert.deepStrictEqual(known.ticket, { ticketId, owner: { salt, userId } })
    assert.strictEqual(known.seen?.lock, "ddd/lock/v1\n\n— x y\n")
  })

  it("is refused by its field where it cannot be read, or lacks what goes with it", () => {
    assert.strictEqual(faultOf({ keys: `${key}x` }), "keys unreadable")
    assert.strictEqual(faultOf({ keys: `${key} and more` }), "keys unreadable")
    assert.strictEqual(faultOf({ chainHash: "52db9b" }), "chainHash unreadable")
    assert.strictEqual(faultOf({ seenLock: "ddd/lock/v1\n" }), "seenAt missing")
    assert.strictEqual(faultOf({ seenAt }), "seenLock missing")
    assert.strictEqual(faultOf({ seenLock: "x", seenAt: "yesterday" }), "seenAt unreadable")
    assert.strictEqual(faultOf({ ticketId: "mine" }), "ticketId unreadable")
    assert.strictEqual(faultOf({ ownerSalt: salt }), "ticketId missing")
    assert.strictEqual(faultOf({ ticketId, ownerSalt: salt }), "userId missing")
    assert.strictEqual(faultOf({ ticketId, userId }), "ownerSalt missing")
    assert.strictEqual(faultOf({ ticketId, userId, ownerSalt: "x" }), "ownerSalt unreadable")
    assert.strictEqual(faultOf({ ticketId, userId: "ann", ownerSalt: salt }), "userId unreadable")
  })
})
