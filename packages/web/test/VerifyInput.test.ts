import { assert, describe, it } from "@effect/vitest"
import type { VerifyInput } from "../src/verify/Messages.ts"
import { verifyOptionsOf } from "../src/verify/VerifyInput.ts"

const nothing: VerifyInput = {
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

const fieldOf = (given: Partial<VerifyInput>): string | undefined => {
  const options = verifyOptionsOf({ ...nothing, ...given })
  return "field" in options ? options.field : undefined
}

describe("what the reader gives", () => {
  it("may be nothing", () => {
    assert.deepStrictEqual(verifyOptionsOf(nothing), { keys: [] })
  })

  it("is read with the space around it, and in either case where case says nothing", () => {
    const options = verifyOptionsOf({
      keys: ` ${key}\n\n${key} `,
      chainHash: ` ${salt.toUpperCase()}`,
      seenLock: "ddd/lock/v1\n\n— x y",
      seenAt: "2026-02-04T00:00:10.000Z",
      ticketId: " ddl-20260203-7k3qx",
      ownerSalt: salt.toUpperCase(),
      userId: userId.toUpperCase()
    })
    assert(!("field" in options))
    assert.lengthOf(options.keys ?? [], 2)
    assert.strictEqual(options.chainHash, salt)
    assert.deepStrictEqual(options.ticket, { ticketId: "DDL-20260203-7K3QX", owner: { salt, userId } })
    assert.strictEqual(options.seen?.lock, "ddd/lock/v1\n\n— x y\n")
  })

  it("is refused by its field where it cannot be read, or stands alone", () => {
    assert.strictEqual(fieldOf({ keys: `${key}x` }), "keys")
    assert.strictEqual(fieldOf({ keys: `${key} and more` }), "keys")
    assert.strictEqual(fieldOf({ chainHash: "52db9b" }), "chainHash")
    assert.strictEqual(fieldOf({ seenLock: "ddd/lock/v1\n" }), "seenAt")
    assert.strictEqual(fieldOf({ seenAt: "2026-02-04T00:00:10.000Z" }), "seenLock")
    assert.strictEqual(fieldOf({ ticketId: "mine" }), "ticketId")
    assert.strictEqual(fieldOf({ ownerSalt: salt }), "ticketId")
    assert.strictEqual(fieldOf({ ticketId: "DDL-20260203-7K3QX", ownerSalt: salt }), "userId")
    assert.strictEqual(fieldOf({ ticketId: "DDL-20260203-7K3QX", userId }), "ownerSalt")
  })
})
