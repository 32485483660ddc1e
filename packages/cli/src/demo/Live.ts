/** A client that watches the pot grow: what it was told on the public channel, and what time the server says it is. */
import { Effect, Schedule } from "effect"
import { at, numberAt, textAt } from "./Client.ts"
import type { DemoFailed } from "./DemoFailed.ts"
import { connect, type Socket } from "./Socket.ts"

export interface Update {
  readonly drawId: string
  readonly prizePool: string
  readonly totalEntries: number
}

export interface Status {
  readonly drawId: string
  readonly status: string
  readonly winningTicketId: string | null
}

export interface Live {
  readonly updates: ReadonlyArray<Update>
  readonly statuses: ReadonlyArray<Status>
  /** Waits until what was heard satisfies `condition`. */
  readonly until: Socket["until"]
  /** Waits until the server's clock has reached a time, in ms. */
  readonly untilClock: (millis: number) => Effect.Effect<void, DemoFailed>
}

/** Connects to the server at `siteUrl` and subscribes to the draws; the scope disconnects. */
export const watch = Effect.fn("Live.watch")(function*(siteUrl: string) {
  const updates: Array<Update> = []
  const statuses: Array<Status> = []
  let serverTime = 0

  const { say, until } = yield* connect(siteUrl, (message) => {
    switch (at(message, "event")) {
      case "draw:update":
        updates.push({
          drawId: textAt(message, "data", "drawId"),
          prizePool: textAt(message, "data", "prizePool"),
          totalEntries: numberAt(message, "data", "totalEntries")
        })
        break
      case "draw:status": {
        const winner = at(message, "data", "winningTicketId")
        statuses.push({
          drawId: textAt(message, "data", "drawId"),
          status: textAt(message, "data", "status"),
          winningTicketId: typeof winner === "string" ? winner : null
        })
        break
      }
      case "pong":
        serverTime = Date.parse(textAt(message, "data", "serverTime"))
        break
      default:
        break
    }
  })
  yield* say({ type: "subscribe", channel: "draw" })

  const live: Live = {
    updates,
    statuses,
    until,
    untilClock: (millis) =>
      Effect.raceFirst(
        until(`the time ${millis}`, () => serverTime >= millis),
        // asked until it is there
        Effect.repeat(say({ type: "ping" }), Schedule.spaced("100 millis")).pipe(Effect.andThen(Effect.never))
      )
  }
  return live
})
