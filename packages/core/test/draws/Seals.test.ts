import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import type { SealingSecret } from "../../src/draws/Seal.ts"
import { makeSeals } from "../../src/draws/Seals.ts"
import { toHex, utf8Bytes } from "../../src/values/Bytes.ts"
import { drawId, position, ticketId } from "../../src/values/Ids.ts"
import { nodeSha256 } from "../support/nodeSha256.ts"

const secret = (keyId: string): SealingSecret => ({
  keyId,
  secret: Redacted.make<Uint8Array>(utf8Bytes(`secret ${keyId}`))
})
const configured = new Map(["1", "2"].map((keyId) => [keyId, secret(keyId)]))
const seals = () => makeSeals({ current: secret("2"), byId: (keyId) => configured.get(keyId), sha256: nodeSha256 })

const draw = (n: number) => ({
  id: drawId(`019a0000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`),
  prefix: "DDL-20260203",
  sealKeyId: "1",
  epoch: 0
})

describe("Seals", () => {
  it("makes one sealer of each configured secret", () => {
    const { currentIn, find, sealerOf } = seals()
    const current = currentIn(0)
    assert.strictEqual(current.keyId, "2")
    assert.strictEqual(find("2"), current)
    assert.strictEqual(sealerOf("2"), current)
    assert.strictEqual(find("1")?.keyId, "1")
    assert.strictEqual(find("1"), sealerOf("1"))
  })

  it("finds none of a secret that is not configured, and throws where one must be there", () => {
    const { find, numberingOf, sealerOf } = seals()
    assert.isUndefined(find("3"))
    assert.throws(() => sealerOf("3"), "TICKET_SEAL_SECRET_PREVIOUS")
    assert.throws(() => numberingOf({ ...draw(1), sealKeyId: "3" }), "TICKET_SEAL_SECRET_PREVIOUS")
  })

  it("seals in each epoch with a secret of its own, which the key id names", () => {
    const { currentIn, find, sealerOf } = seals()
    const salts = [0, 1, 2, 255].map((epoch) => toHex(currentIn(epoch).ownerSalt(ticketId("DDL-20260203-ABCDE"))))
    assert.strictEqual(new Set(salts).size, salts.length)
    assert.deepStrictEqual([0, 1, 255].map((epoch) => currentIn(epoch).keyId), ["2", "2.1", "2.255"])
    assert.strictEqual(sealerOf("2.1"), currentIn(1))
    assert.strictEqual(find("1.7")?.keyId, "1.7")
    assert.isUndefined(find("3.1"))
  })

  it("numbers a draw's tickets alike, though others were numbered in between", () => {
    const { numberingOf } = seals()
    const first = numberingOf(draw(0))
    assert.strictEqual(numberingOf(draw(0)), first)
    for (let n = 1; n <= 100; n++) numberingOf(draw(n))
    const anew = numberingOf(draw(0))
    for (const at of [1, 2, 1_000_000, 2_000_000]) assert.strictEqual(anew(position(at)), first(position(at)))
  })
})
