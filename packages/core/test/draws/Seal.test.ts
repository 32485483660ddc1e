import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import * as fc from "fast-check"
import { createHash } from "node:crypto"
import { makeSealer, type SealedTicket } from "../../src/draws/Seal.ts"
import { hkdfSha256, hmacSha256 } from "../../src/hash/Hash.ts"
import { commit, opens } from "../../src/proof/Commitment.ts"
import { leafHash } from "../../src/proof/Merkle.ts"
import { concat, fromHex, lengthPrefixed, toHex, u64, utf8Bytes } from "../../src/values/Bytes.ts"
import { drawId, position, ticketId, userId } from "../../src/values/Ids.ts"
import { formatInstant, instant, parseInstant } from "../../src/values/Instant.ts"
import { hashes, nodeSha256 } from "../support/nodeSha256.ts"
import { goldenDraws } from "../support/vectors.ts"

const golden = goldenDraws.flatMap((draw) =>
  draw.tickets.map((ticket, index) => ({
    expected: ticket,
    leafHash: draw.leafHashes[index],
    secret: Redacted.make<Uint8Array>(utf8Bytes(draw.sealingSecret)),
    ticket: {
      ticketId: ticketId(ticket.ticketId),
      drawId: drawId(draw.drawId),
      userId: userId(ticket.userId),
      position: position(index + 1),
      purchasedAt: parseInstant(ticket.purchasedAt) ?? instant(0)
    }
  }))
)

describe.each(hashes)("Seal, by %s", (_, hash) => {
  it("makes the seals, salts, commitments and leaves of the golden draws", () => {
    assert.lengthOf(golden, 8)
    for (const { expected, leafHash, secret, ticket } of golden) {
      const sealer = makeSealer(hash, { keyId: "1", secret })
      const seal = sealer.seal(ticket)
      assert.strictEqual(seal.ticketHash, expected.ticketHash)
      assert.strictEqual(toHex(seal.ownerSalt), expected.ownerSalt)
      assert.strictEqual(toHex(sealer.ownerSalt(ticket.ticketId)), expected.ownerSalt)
      assert.strictEqual(toHex(seal.ownerCommit), expected.ownerCommit)
      assert.strictEqual(toHex(seal.leafHash), leafHash)
      assert.isTrue(sealer.verify(ticket, seal))
    }
  })

  it("commits to the seeds of the golden draws", () => {
    for (const draw of goldenDraws) {
      const seed = fromHex(draw.seed, 32) ?? new Uint8Array(0)
      assert.strictEqual(toHex(commit(hash, drawId(draw.drawId), seed)), draw.commitment)
      assert.isTrue(opens(hash, drawId(draw.drawId), seed, commit(hash, drawId(draw.drawId), seed)))
    }
  })
})

describe("Seal", () => {
  const secret = "sealing secret of more than sixty-four bytes, as a careful operator may well choose it"
  const sealer = makeSealer(nodeSha256, { keyId: "7", secret: Redacted.make<Uint8Array>(utf8Bytes(secret)) })
  const tickets: fc.Arbitrary<SealedTicket> = fc.record({
    ticketId: fc.constantFrom("DDL-20260203-7K3QX", "DDL-20260203-7K3QXABZ", "ROOM-K7M2QX-00000").map(ticketId),
    drawId: fc.uuid({ version: 7 }).map(drawId),
    userId: fc.uuid({ version: 7 }).map(userId),
    position: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }).map(position),
    purchasedAt: fc.integer({ min: 0, max: 253_402_300_799_999 }).map(instant)
  })

  it("is what docs/fairness.md says, whatever was sealed before", () => {
    fc.assert(fc.property(tickets, (ticket) => {
      const { drawId, position, purchasedAt, ticketId, userId } = ticket
      const text = `${ticketId}|${drawId}|${userId}|${position}|${formatInstant(purchasedAt)}|${secret}`
      const ticketHash = createHash("sha256").update(text).digest()
      const salt = hmacSha256(
        nodeSha256,
        hkdfSha256(nodeSha256, utf8Bytes(secret), utf8Bytes("ddd/owner-salt/v1")),
        utf8Bytes(ticketId)
      )
      const owner = concat(utf8Bytes("ddd/owner/v1\n"), lengthPrefixed(drawId), lengthPrefixed(userId))
      const ownerCommit = hmacSha256(nodeSha256, salt, owner)
      const leaf = concat(
        utf8Bytes("ddd/ticket/v1\n"),
        lengthPrefixed(drawId),
        u64(position),
        lengthPrefixed(ticketId),
        ticketHash,
        ownerCommit,
        u64(purchasedAt)
      )
      const seal = sealer.seal(ticket)
      assert.strictEqual(seal.ticketHash, toHex(ticketHash))
      assert.strictEqual(toHex(seal.ownerSalt), toHex(salt))
      assert.strictEqual(toHex(seal.ownerCommit), toHex(ownerCommit))
      assert.strictEqual(toHex(seal.leafHash), toHex(leafHash(nodeSha256, leaf)))
    }))
  })

  it("breaks when anything in the ticket or the secret changes", () => {
    const other = makeSealer(nodeSha256, { keyId: "8", secret: Redacted.make<Uint8Array>(utf8Bytes("another")) })
    fc.assert(fc.property(tickets, tickets, (ticket, changed) => {
      const seal = sealer.seal(ticket)
      assert.isTrue(sealer.verify(ticket, seal))
      assert.isFalse(other.verify(ticket, seal))
      for (const key of ["ticketId", "drawId", "userId", "position", "purchasedAt"] as const) {
        const same = ticket[key] === changed[key]
        assert.strictEqual(sealer.verify({ ...ticket, [key]: changed[key] }, seal), same, key)
      }
      assert.isFalse(sealer.verify(ticket, { ...seal, ownerCommit: seal.leafHash }))
      assert.isFalse(sealer.verify(ticket, { ...seal, ticketHash: seal.ticketHash.toUpperCase() + "x" }))
    }))
  })

  it("names the secret that it uses", () => {
    assert.strictEqual(sealer.keyId, "7")
  })
})
