/**
 * A stand-in for a relay of drand: an HTTP server on this machine that tells the rounds of the stand-in beacon, each from its time on,
 * in version 1 of drand's API, and misbehaves as told.
 */
import { isBeforeRound } from "@ddd/core/proof/Beacon"
import { toHex } from "@ddd/core/values/Bytes"
import { type Instant, instant } from "@ddd/core/values/Instant"
import { Effect, type Scope } from "effect"
import { createHash } from "node:crypto"
import { createServer, type ServerResponse } from "node:http"
import { chain, hash, signRound } from "./BeaconStandIn.ts"

/** How a relay may answer when it is asked for a round; `done` as it should. */
export const relayBehaviours = [
  "done",
  "absent",
  "broken",
  "silent",
  "endless",
  "other round",
  "other signature",
  "no signature",
  "no json",
  "elsewhere"
] as const
export type RelayBehaviour = typeof relayBehaviours[number]

export interface BeaconRelayOptions {
  /** The clock that rounds follow: the machine's. */
  readonly now?: () => Promise<Instant>
  readonly behave?: (round: number) => RelayBehaviour
}

export interface BeaconRelayStandIn {
  /** `http://127.0.0.1:PORT`. */
  readonly url: URL
  /** The rounds that it was asked for, oldest first. */
  readonly asked: ReadonlyArray<number>
}

/** What `/info` tells of the stand-in's chain. */
export const info = {
  public_key: chain.publicKey,
  period: chain.period,
  genesis_time: chain.genesisTime,
  hash,
  groupHash: chain.genesisSeed,
  schemeID: chain.schemeID,
  metadata: { beaconID: chain.beaconID }
}

const send = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
}

const answerOf = (round: number, signature: Uint8Array) => ({
  round,
  randomness: createHash("sha256").update(signature).digest("hex"),
  signature: toHex(signature)
})

const misbehave = (response: ServerResponse, behaviour: RelayBehaviour, round: number): void => {
  switch (behaviour) {
    case "done":
      return send(response, 200, answerOf(round, signRound(round)))
    case "absent":
      return send(response, 404, { error: "no such round" })
    case "broken":
      return send(response, 500, {})
    case "silent":
      return
    case "endless": {
      response.writeHead(200, { "content-type": "application/json" })
      const more = () => {
        while (!response.destroyed && response.write(" ".repeat(4096))) { /* until the reader is behind */ }
      }
      response.on("drain", more)
      return more()
    }
    case "other round":
      return send(response, 200, answerOf(round - 1, signRound(round - 1)))
    case "other signature":
      return send(response, 200, answerOf(round, signRound(round + 1)))
    case "no signature":
      return send(response, 200, { round, signature: "zz" })
    case "no json":
      response.writeHead(200).end("<html>")
      return
    case "elsewhere":
      response.writeHead(302, { location: `/${hash}/public/${round}` }).end()
  }
}

/** Starts a relay; the scope stops it. */
export const start = (
  { behave = () => "done", now = () => Promise.resolve(instant(Date.now())) }: BeaconRelayOptions = {}
): Effect.Effect<BeaconRelayStandIn, never, Scope.Scope> =>
  Effect.gen(function*() {
    const asked: Array<number> = []
    const server = createServer((request, response) => {
      const path = request.url ?? "/"
      const round = Number(new RegExp(`^/${hash}/public/([1-9][0-9]{0,14})$`).exec(path)?.[1] ?? 0)
      if (path === `/${hash}/info`) return send(response, 200, info)
      if (round === 0) return send(response, 404, { error: "no such page" })
      asked.push(round)
      const answer = (clock: Instant) =>
        isBeforeRound(chain, round, clock)
          ? send(response, 425, { error: "too early" })
          : misbehave(response, behave(round), round)
      now().then(answer).catch(() => response.destroy())
    })
    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
      () =>
        Effect.callback<void>((resume) => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    )
    const bound = server.address()
    const port = typeof bound === "object" && bound !== null ? bound.port : 0
    return { url: new URL(`http://127.0.0.1:${port}`), asked }
  })
