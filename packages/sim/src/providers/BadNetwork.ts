/**
 * A way to servers that is as bad as a phone's: connections are cut before a request gets through or before its answer does, what passes is
 * held up, and now and then everything is reset.
 */
import { Effect, type Scope } from "effect"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"

/** How often what a client sends meets with what, from 0 to 1; what is left passes. */
export interface Faults {
  /** The connection is cut, and nothing gets through. */
  readonly lost: number
  /** It gets through, and the connection is cut before anything comes back. */
  readonly unanswered: number
  /** It gets through late. */
  readonly late: number
  /** By how much at most. Milliseconds. */
  readonly lateMillisMax: number
}

export interface BadNetwork {
  readonly port: number
  readonly set: (faults: Faults) => void
  /** From now on connections stand, new ones are taken, and nothing passes; `false`: as before, but for those that stood. */
  readonly silence: (isSilent: boolean) => void
  /** Refuses new connections, and cuts what stands. */
  readonly close: (isClosed: boolean) => void
  /** Cuts every connection, as a proxy that restarts does. */
  readonly reset: () => void
  /** How often each fault has happened. */
  readonly counts: () => Readonly<Record<"lost" | "unanswered" | "late" | "reset", number>>
}

/** Nothing happens to what passes. */
const noFaults: Faults = { lost: 0, unanswered: 0, late: 0, lateMillisMax: 0 }

/** Listens on a port of 127.0.0.1; connections go to the `targets`, ports of it too, in turn. The scope ends it. `chance`: from 0 to 1. */
export const badNetwork = (
  targets: ReadonlyArray<number>,
  chance: () => number
): Effect.Effect<BadNetwork, never, Scope.Scope> =>
  Effect.gen(function*() {
    let faults = noFaults
    let [isSilent, isClosed, turn] = [false, false, 0]
    const counts = { lost: 0, unanswered: 0, late: 0, reset: 0 }
    const sockets = new Set<Socket>()

    const keep = (socket: Socket): Socket => {
      sockets.add(socket)
      return socket.setNoDelay(true)
    }
    const take = (client: Socket): void => {
      if (isClosed) return void client.destroy()
      keep(client)
      const server = keep(connect(targets[turn++ % targets.length] ?? 0, "127.0.0.1"))
      // what is cut off, or was there while nothing passed, never passes again
      let [isMute, isDeaf] = [isSilent, isSilent]
      const end = () => {
        for (const socket of [client, server]) {
          sockets.delete(socket)
          socket.destroy()
        }
      }
      const pass = (chunk: Buffer): void => {
        if (!server.destroyed) server.write(chunk)
      }
      let lastAt = 0
      client.on("data", (chunk: Buffer) => {
        if (isSilent) isMute = isDeaf = true
        if (isMute) return
        let dice = chance()
        if ((dice -= faults.lost) < 0) {
          counts.lost++
          return end()
        }
        if ((dice -= faults.unanswered) < 0) {
          counts.unanswered++
          isDeaf = isMute = true
          pass(chunk)
          // long enough for the server to act on it
          return void setTimeout(end, 20 + chance() * 100)
        }
        const isLate = (dice -= faults.late) < 0
        if (isLate) counts.late++
        // in their order
        lastAt = Math.max(lastAt, performance.now() + (isLate ? chance() * faults.lateMillisMax : 0))
        const wait = lastAt - performance.now()
        if (wait < 1) pass(chunk)
        else setTimeout(pass, wait, chunk)
      })
      server.on("data", (chunk: Buffer) => {
        if (isSilent) isMute = isDeaf = true
        if (!isDeaf) client.write(chunk)
      })
      for (const socket of [client, server]) socket.on("error", end).on("close", end)
    }
    const reset = () => {
      counts.reset++
      for (const socket of Array.from(sockets)) socket.destroy()
    }
    const listener = createServer(take)
    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) => {
        listener.listen(0, "127.0.0.1", () => resume(Effect.void))
      }),
      () =>
        Effect.sync(() => {
          listener.close()
          for (const socket of sockets) socket.destroy()
        })
    )
    return {
      port: (listener.address() as AddressInfo).port,
      set: (next) => {
        faults = next
      },
      silence: (next) => {
        isSilent = next
      },
      close: (next) => {
        isClosed = next
        if (next) reset()
      },
      reset,
      counts: () => ({ ...counts })
    }
  })
