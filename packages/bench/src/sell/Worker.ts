/**
 * A way of selling in a process of its own, and the orders it takes: to sell for a while, and to tell what came of it.
 *
 * The one side forks the file of a way of selling; the other, in that file, serves the orders. An error ends the process:
 * a benchmark that lost a purchase has nothing to report.
 */
import { Effect, Schema, type Scope } from "effect"
import { fork } from "node:child_process"
import { nextMessage, type ProcessEnded } from "../support/ChildMessages.ts"
import { Player } from "../support/Players.ts"
import type { Environment } from "../support/ServerProcess.ts"

/** To sell one ticket after the other to each of `atOnce` buyers at a time, for `millis`. */
const Order = Schema.Struct({ atOnce: Schema.Int, millis: Schema.Int })
export type Order = typeof Order.Type

/** What an order came to: the tickets, the time until the last of them was there, and the worker's own CPU time. */
const Sold = Schema.Struct({ tickets: Schema.Int, millis: Schema.Finite, cpuMillis: Schema.Finite })
export type Sold = typeof Sold.Type

const Buyers = Schema.Array(Player)

/** Serves orders. `prepare` is given the buyers and gives what sells one ticket to the `n`th of those who buy at a time. */
export const serveOrders = (
  prepare: (buyers: ReadonlyArray<Player>) => Promise<(atOnce: number) => Promise<(lane: number) => Promise<void>>>
): void => {
  const serve = async (first: unknown) => {
    const buyFor = await prepare(Schema.decodeUnknownSync(Buyers)(first))
    process.on("message", (order) => {
      const { atOnce, millis } = Schema.decodeUnknownSync(Order)(order)
      void buyFor(atOnce).then((buy) => sellFor(atOnce, millis, buy)).then((sold) => process.send?.(sold))
    })
    process.send?.("ready")
  }
  process.once("message", (first) => void serve(first))
  process.once("disconnect", () => process.exit())
}

const sellFor = async (atOnce: number, millis: number, buy: (lane: number) => Promise<void>): Promise<Sold> => {
  const cpuBefore = process.cpuUsage()
  const begin = performance.now()
  let tickets = 0
  await Promise.all(Array.from({ length: atOnce }, async (_, lane) => {
    while (performance.now() - begin < millis) {
      await buy(lane)
      tickets++
    }
  }))
  const { system, user } = process.cpuUsage(cpuBefore)
  return { tickets, millis: performance.now() - begin, cpuMillis: (user + system) / 1000 }
}

export interface Worker {
  readonly sell: (order: Order) => Effect.Effect<Sold, ProcessEnded>
}

/** Starts the way of selling in `file`; the scope ends it. */
export const startWorker = Effect.fn("Worker.start")(
  function*(
    name: string,
    file: string,
    environment: Environment,
    buyers: ReadonlyArray<Player>
  ): Effect.fn.Return<Worker, ProcessEnded, Scope.Scope> {
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        fork(file, {
          env: { PATH: process.env["PATH"], ...environment },
          stdio: ["ignore", "inherit", "inherit", "ipc"]
        })
      ),
      // it ends when nobody is left to give it orders
      (made) =>
        Effect.callback<void>((resume) => {
          if (made.exitCode !== null || made.signalCode !== null) return resume(Effect.void)
          made.once("exit", () => resume(Effect.void))
          if (made.connected) made.disconnect()
        })
    )
    yield* nextMessage(child, name, buyers)
    return {
      sell: (order) => Effect.map(nextMessage(child, name, order), Schema.decodeUnknownSync(Sold))
    }
  }
)

/** Goes through the buyers again and again, in an order that is not the one they signed up in. */
export const inTurn = (buyers: ReadonlyArray<Player>): () => Player => {
  let at = 0
  return () => {
    at = (at + stride) % buyers.length
    const buyer = buyers[at]
    if (buyer === undefined) throw new Error("there are no buyers")
    return buyer
  }
}

// a prime, so that it leads to every buyer unless their number is a multiple of it
const stride = 7919
