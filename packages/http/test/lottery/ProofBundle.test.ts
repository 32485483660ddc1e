import { nobleSha256 } from "@ddd/core/hash/Hash"
import { cents } from "@ddd/core/money/Money"
import { Draws } from "@ddd/core/ports/Draws"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { parseVerifierKey } from "@ddd/core/proof/Note"
import { encodeTicket } from "@ddd/core/proof/Proof"
import { verifyBundle } from "@ddd/core/proof/Verifier"
import { ticketId } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import { World } from "@ddd/sim/World"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { request } from "node:http"
import { setTimeout as sleep } from "node:timers/promises"
import { Client, layer as server, makePlayer, ports, runDue } from "../support/Server.ts"

const path = "/lottery/draws/2026-02-03/proof"

layer(server())("the proof of a drawn draw", (it) => {
  it.effect("convinces a verifier that knows the log's key", () =>
    Effect.gen(function*() {
      const { call, url } = yield* Client
      const player = yield* makePlayer(cents(2_000n))
      yield* call("POST", "/lottery/purchase-ticket", { token: player.token, body: { quantity: 20 } })
      yield* (yield* World).advance(86_400_000)
      yield* runDue
      const { vkeys } = yield* RecordSigner
      const keys = vkeys.map((vkey) => parseVerifierKey(nobleSha256, vkey)).filter((key) => key !== undefined)
      const verdict = yield* Effect.promise(async () => {
        const { body } = await fetch(`${url}${path}`)
        assert.isNotNull(body)
        return verifyBundle(nobleSha256, body, { keys })
      })
      assert.strictEqual(verdict.verdict, "VALID SIGNED", JSON.stringify(verdict))
    }))
})

const hex = "ab".repeat(32)
const ticketsPerChunk = 1000
const chunk = Array.from({ length: ticketsPerChunk }, (_, i) => ({
  ticketId: ticketId(`DDL-20260203-${String(i).padStart(5, "0")}`),
  ticketHash: hex,
  ownerCommit: hex,
  purchasedAt: instant(Date.UTC(2026, 1, 3, 11))
})).map(encodeTicket).join("")
const chunkBytes = chunk.length

/** How many chunks of the endless draw were asked for. */
let pulled = 0

/** The draws of the world, with `chunks` chunks of tickets in every proof. */
const largeDraws = (chunks: number) =>
  Layer.effect(
    Draws,
    Effect.map(Draws, (draws) =>
      Draws.of({
        ...draws,
        proof: (id) =>
          Effect.map(draws.proof(id), (source) =>
            source && {
              ...source,
              lines: Stream.range(1, chunks).pipe(
                Stream.rechunk(1),
                Stream.mapEffect(() =>
                  Effect.sync(() => {
                    pulled++
                    return chunk
                  })
                )
              )
            })
      }))
  ).pipe(Layer.provideMerge(ports))

describe.each(["uws", "node"] as const)("on %s", (engine) => {
  layer(server({ engine }, largeDraws(50)))("the proof of fifty thousand tickets", (it) => {
    it.effect("arrives whole", () =>
      Effect.gen(function*() {
        const { call } = yield* Client
        const { status, text } = yield* call("GET", path)
        assert.strictEqual(status, 200)
        const firstLine = text.indexOf("\n") + 1
        assert.strictEqual(text.length - firstLine, 50 * chunkBytes)
        assert.strictEqual(text.slice(firstLine, firstLine + chunkBytes), chunk)
      }))
  })

  const endless = 100_000
  layer(server({ engine }, largeDraws(endless)))("the proof of a hundred million tickets", (it) => {
    it.effect("is made no faster than its reader reads, and not at all once the reader has gone", () =>
      Effect.gen(function*() {
        const { url } = yield* Client
        pulled = 0
        const reader = request(`${url}${path}`)
        const response = new Promise<NodeJS.ReadableStream>((resolve) => reader.once("response", resolve))
        reader.on("error", () => {}).end()
        ;(yield* Effect.promise(() => response)).pause().on("error", () => {})
        // the sockets' buffers fill, and then nothing more may be asked for
        const stalled = yield* Effect.promise(() => settled(() => pulled))
        assert.isBelow(stalled * chunkBytes, 32 * 1024 * 1024)
        reader.destroy()
        const gone = yield* Effect.promise(() => settled(() => pulled))
        assert.isBelow((gone - stalled) * chunkBytes, 1024 * 1024)
      }))
  })
})

/** The value that `read` gives once it has stayed the same for a while. */
const settled = async (read: () => number): Promise<number> => {
  const deadline = performance.now() + 10_000
  for (let last = read(), since = performance.now();;) {
    await sleep(20)
    if (read() !== last) [last, since] = [read(), performance.now()]
    else if (performance.now() - since > 200) return last
    if (performance.now() > deadline) throw new Error(`still changing: ${last}`)
  }
}
