/** Which lock records a device keeps, whoever tells them. */
import { fastSha256 } from "@ddd/core/hash/Sha256Batch"
import { cents } from "@ddd/core/money/Money"
import { formatNote, formatVerifierKey, parseVerifierKey, signedBytes, type VerifierKey } from "@ddd/core/proof/Note"
import { formatLock } from "@ddd/core/proof/RecordText"
import { drawId } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import { assert, describe, it } from "@effect/vitest"
import { makeLock, memoryStorage } from "../src/index.ts"
import { platformClock } from "../src/Ports.ts"
import { LockRecords } from "../src/proof/LockRecords.ts"

const dayMillis = 86_400_000

const randomUUID = (): string => crypto.randomUUID()

/** An operator, who signs what suits. */
const operator = async (name = "draws.example.com") => {
  const { privateKey, publicKey } = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey))
  const key = parseVerifierKey(fastSha256, formatVerifierKey(fastSha256, name, raw)) ?? assert.fail("no key")
  const locked = async (draw: string, at: number, entries = 1): Promise<string> => {
    const text = formatLock({
      type: "lock",
      draw: drawId(draw),
      open: "a".repeat(64),
      locked: instant(at),
      draws: instant(at),
      entries,
      root: "b".repeat(64),
      pool: cents(95n),
      beacon: null
    })
    const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, signedBytes(text)))
    return formatNote(text, [{ name, id: key.id, signature }])
  }
  return { key, locked }
}

const device = (keys: ReadonlyArray<VerifierKey>) => {
  const storage = memoryStorage()
  const player = { id: "ann" as string | null }
  const now = Date.parse("2026-02-04T00:00:30.000Z")
  const records = new LockRecords({
    storage,
    lock: makeLock(),
    clock: { ...platformClock, now: () => now },
    keys,
    player: () => Promise.resolve(player.id)
  })
  return {
    storage,
    records,
    player,
    now: () => now,
    keep: (draw: string, lock: string) => records.keep({ drawId: draw, lock, seenAt: new Date(now).toISOString() }),
    kept: async () => (await records.all()).map((each) => each.drawId)
  }
}

describe("a device", () => {
  it("keeps what the operator signed of that draw, once, and nothing else", async () => {
    const [own, other] = [await operator(), await operator("other.example.com")]
    const { keep, kept, now, records } = device([own.key])
    const draw = randomUUID()
    const good = await own.locked(draw, now())
    const noise = [
      "the true record",
      "y".repeat(3_000_000),
      await other.locked(draw, now()),
      await own.locked(randomUUID(), now()),
      good.replace("entries 1", "entries 2"),
      `${good}${"— somebody.example.com AAAAAAAA\n".repeat(90)}`
    ]
    for (const lie of noise) await keep(draw, lie)
    assert.deepStrictEqual(await kept(), [])
    await keep(draw, good)
    await keep(draw, await own.locked(draw, now(), 7))
    assert.deepStrictEqual(await kept(), [draw])
    assert.strictEqual((await records.of(draw))?.lock, good)
    const withoutKeys = device([])
    await withoutKeys.keep(draw, good)
    assert.deepStrictEqual(await withoutKeys.kept(), [])
  })

  it("forgets what was locked longest ago, for what is locked these days, eight a day at most, and stays small", async () => {
    const { key, locked } = await operator()
    const { keep, kept, now, storage } = device([key])
    const seen = randomUUID()
    await keep(seen, await locked(seen, now()))
    const lie = async (at: number) => {
      const draw = randomUUID()
      await keep(draw, await locked(draw, at))
    }
    for (let nth = 1; nth <= 9; nth++) await lie(now() + nth)
    for (const days of [2, 30, 3_000]) await lie(now() + days * dayMillis)
    assert.lengthOf(await kept(), 8)
    // the list is full
    const [first] = JSON.parse(String(await storage.getItem("ddd.locks"))) as ReadonlyArray<object>
    const older = Array.from(
      { length: 399 },
      (_, nth) => ({ ...first, drawId: `older-${nth}`, lockedAt: now() - (5 + nth) * dayMillis })
    )
    await storage.setItem("ddd.locks", JSON.stringify([...older, first]))
    for (let nth = 0; nth < 5; nth++) await lie(now() - (3 + nth) * dayMillis)
    assert.include(await kept(), "older-398")
    for (let nth = 1; nth <= 9; nth++) await lie(now() + nth)
    const held = await kept()
    assert.lengthOf(held, 400)
    assert.deepStrictEqual([held.includes(seen), held.includes("older-391")], [true, true])
    assert.notInclude(held, "older-392")
    assert.isBelow(String(await storage.getItem("ddd.locks")).length, 400_000)
  })

  it("tells a player of their own alone", async () => {
    const { key, locked } = await operator()
    const { keep, kept, now, player } = device([key])
    const draw = randomUUID()
    await keep(draw, await locked(draw, now()))
    player.id = "bob"
    assert.deepStrictEqual(await kept(), [])
    await keep(draw, await locked(draw, now()))
    assert.deepStrictEqual(await kept(), [draw])
    player.id = null
    assert.deepStrictEqual(await kept(), [])
    player.id = "ann"
    assert.deepStrictEqual(await kept(), [draw])
  })
})
