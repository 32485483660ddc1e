/**
 * Players who buy one ticket after the other, whatever becomes of the database meanwhile.
 *
 * As the contract has clients do it, each purchase has a key of its own and is asked for under it until it is answered for certain: 503 is no
 * answer, and is asked again after Retry-After, or after two seconds where that is sooner: players press again. Every answer is kept, with how long it took.
 */
import { Effect, Schedule } from "effect"
import { performance } from "node:perf_hooks"
import { setTimeout as sleep } from "node:timers/promises"
import { ConnectionLost, headerOf, type HttpAnswer, type HttpConnection, openConnection } from "./HttpConnection.ts"
import type { Player } from "./Players.ts"
import { type Purchase, purchaseRequest } from "./Purchases.ts"

/** An answer, and when it was asked for. */
export interface Answered {
  /** Which of the buyers: 0, 1, … */
  readonly buyer: number
  readonly purchase: Purchase
  /** Milliseconds of this process' clock that only goes forward. */
  readonly askedAt: number
  readonly answeredAt: number
  readonly answer: HttpAnswer
  /** Whether this ticket was sold by an earlier asking under the same key. */
  readonly isReplay: boolean
}

export interface Buyers {
  /** All answers so far, in their order. */
  readonly answers: ReadonlyArray<Answered>
  readonly count: number
  /** Waits until each buyer has an answer for which this holds; for two minutes at most. */
  readonly untilEach: (what: string, holds: (answered: Answered) => boolean) => Effect.Effect<void>
  /** Waits until each has an answer to the purchase that is under way, and lets none begin another. */
  readonly stop: Effect.Effect<void>
}

export interface BuyersOptions {
  /** The servers that are asked, in turn. */
  readonly ports: ReadonlyArray<number>
  /** One buyer each. */
  readonly players: ReadonlyArray<Player>
  /** Between an answer and the next purchase, in milliseconds. */
  readonly pauseMillis: number
}

interface Lane {
  readonly buyer: number
  connection: HttpConnection
}

/** The longest pause before a purchase is asked for again. */
const pauseMillisMax = 2_000

/** How long they are waited for. */
const patience = "2 minutes"

/** Lets every player buy, over a connection each, until they are told to stop, or the scope ends. */
export const startBuyers = ({ pauseMillis, players, ports }: BuyersOptions) =>
  Effect.gen(function*() {
    const answers: Array<Answered> = []
    const connections = new Set<HttpConnection>()
    const end = {
      /** No other purchase is begun. */
      isNear: false,
      /** Nothing is asked any more. */
      isHere: false
    }
    let failure: unknown

    const connect = async (buyer: number): Promise<HttpConnection> => {
      const connection = await openConnection(ports[buyer % ports.length] ?? 0)
      connections.add(connection)
      return connection
    }
    /** Asks over the buyer's connection, or over another where it was closed, as servers do with one that rests; throws where nobody listens. */
    const ask = async (lane: Lane, request: string): Promise<HttpAnswer> => {
      try {
        return await lane.connection.ask(request)
      } catch (error) {
        if (!(error instanceof ConnectionLost) || end.isHere) throw error
        connections.delete(lane.connection)
        lane.connection = await connect(lane.buyer)
        return await ask(lane, request)
      }
    }
    const buy = async (lane: Lane, purchase: Purchase): Promise<void> => {
      for (;;) {
        const askedAt = performance.now()
        const answer = await ask(lane, purchaseRequest(purchase))
        const isReplay = headerOf(answer, "idempotent-replayed") === "true"
        answers.push({ buyer: lane.buyer, purchase, askedAt, answeredAt: performance.now(), answer, isReplay })
        if (answer.status !== 503) return
        await sleep(Math.min(Number(headerOf(answer, "retry-after") ?? "1") * 1_000, pauseMillisMax))
      }
    }
    const work = async (player: Player, buyer: number): Promise<void> => {
      const lane = { buyer, connection: await connect(buyer) }
      for (let nth = 0; !end.isNear; nth++) {
        await buy(lane, { player, key: `buyer-${buyer}-${nth}` })
        await sleep(pauseMillis)
      }
    }
    const all = Promise.all(players.map(work)).catch((error: unknown) => {
      failure ??= error
    })
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        end.isNear = true
        end.isHere = true
        for (const connection of connections) connection.close()
      })
    )

    const within = (what: string, waiting: Effect.Effect<void>) =>
      Effect.timeoutOrElse(waiting, {
        duration: patience,
        orElse: () => Effect.die(new Error(`${what}: not within ${patience}`))
      })
    const orDie = Effect.suspend(() => failure === undefined ? Effect.void : Effect.die(failure))

    const buyers: Buyers = {
      answers,
      count: players.length,
      untilEach: (what, holds) => {
        const waitedFor = new Set(players.keys())
        let seen = 0
        const look = Effect.sync(() => {
          for (; seen < answers.length; seen++) {
            const answered = answers[seen]
            if (answered !== undefined && holds(answered)) waitedFor.delete(answered.buyer)
          }
          return waitedFor.size === 0
        })
        return within(
          what,
          Effect.andThen(orDie, look).pipe(
            Effect.repeat({ until: (isDone) => isDone, schedule: Schedule.spaced("20 millis") }),
            Effect.asVoid
          )
        )
      },
      stop: within(
        "the last purchases",
        Effect.suspend(() => {
          end.isNear = true
          return Effect.andThen(Effect.promise(() => all), orDie)
        })
      )
    }
    return buyers
  })
