/** A client that watches the pot grow: the WebSocket of API.md, with what it was told. */
import { Effect, Schedule } from "effect"
import { at, numberAt, textAt } from "./Client.ts"
import { DemoFailed } from "./DemoFailed.ts"

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
  readonly until: (what: string, condition: () => boolean) => Effect.Effect<void, DemoFailed>
  /** Waits until the server's clock has reached a time, in ms. */
  readonly untilClock: (millis: number) => Effect.Effect<void, DemoFailed>
}

/** How long something that must come may take. */
const patience = "20 seconds"

const failed = (message: string) => Effect.fail(new DemoFailed({ message }))

const opened = (url: string): Effect.Effect<WebSocket, DemoFailed> =>
  Effect.callback((resume) => {
    const socket = new WebSocket(url)
    socket.addEventListener("open", () => resume(Effect.succeed(socket)))
    socket.addEventListener("error", () => resume(failed(`${url} does not take WebSockets.`)))
  })

/** Connects and subscribes to the draw on sale; the scope disconnects. */
export const watch = Effect.fn("Live.watch")(function*(url: string) {
  const updates: Array<Update> = []
  const statuses: Array<Status> = []
  const listeners = new Set<() => void>()
  let serverTime = 0
  let broken: string | undefined

  const hear = (text: string): void => {
    const message: unknown = JSON.parse(text)
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
  }

  const socket = yield* Effect.acquireRelease(opened(url), (open) => Effect.sync(() => open.close()))
  socket.addEventListener("message", ({ data }) => {
    try {
      hear(String(data))
    } catch (error) {
      broken ??= error instanceof Error ? error.message : String(error)
    }
    for (const listener of listeners) listener()
  })
  const say = (message: unknown) => Effect.sync(() => socket.send(JSON.stringify(message)))
  yield* say({ type: "subscribe", channel: "draw" })

  const until = (what: string, condition: () => boolean) =>
    Effect.callback<void, DemoFailed>((resume) => {
      const look = () => {
        if (broken !== undefined) resume(failed(broken))
        else if (condition()) resume(Effect.void)
      }
      const lost = () => resume(failed(`The connection was lost while waiting for ${what}.`))
      listeners.add(look)
      socket.addEventListener("close", lost)
      look()
      return Effect.sync(() => {
        listeners.delete(look)
        socket.removeEventListener("close", lost)
      })
    }).pipe(
      Effect.timeoutOrElse({ duration: patience, orElse: () => failed(`Nothing was heard of ${what} in ${patience}.`) })
    )

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
