/**
 * Draws and the beacon: days on the development clock, each drawn by the round that its open record named a week before, told by a relay
 * that lies, one that is down and one that can be late; a round that never comes; and a draw without a beacon.
 */
import type { Draw } from "@ddd/core/draws/Draw"
import { cents } from "@ddd/core/money/Money"
import { Draws } from "@ddd/core/ports/Draws"
import { Now } from "@ddd/core/ports/Now"
import type { Sales } from "@ddd/core/ports/Sales"
import { roundFor, roundTime } from "@ddd/core/proof/Beacon"
import { type Day, dayAfter, dayMillis, dayOf, dayStart, formatInstant, instant } from "@ddd/core/values/Instant"
import * as Relay from "@ddd/sim/providers/BeaconRelayStandIn"
import { chain, hash } from "@ddd/sim/providers/BeaconStandIn"
import { Effect, Schedule } from "effect"
import { advanceClock } from "../support/Clocks.ts"
import { inside } from "../support/Inside.ts"
import { makePlayers, type Player } from "../support/Players.ts"
import { buyAtPort } from "../support/PortSales.ts"
import { type Environment, freePort, originAt, runCommand, startServer } from "../support/ServerProcess.ts"
import { sharedDatabase } from "../support/SharedDatabase.ts"
import { audited, balancesOf } from "./Books.ts"
import { must, Refuted, type Show } from "./Show.ts"

const players = 10
const credit = cents(100_000n)
const firstDay = dayOf(instant(Date.UTC(2026, 1, 3)))
const minute = 60_000
const hour = 60 * minute

/** A server, and the ports of its database beside it. */
interface Stage {
  readonly environment: Environment
  readonly origin: string
  readonly buyers: ReadonlyArray<Player>
}

/** Does something on the ports of the server's database, in this process. */
const beside = <A, E>({ environment, origin }: Stage, task: Effect.Effect<A, E, Draws | Now | Sales>) =>
  Effect.provide(task, inside(environment, origin))

/** Sells tickets in the draw on sale, to one buyer after the other. */
const sell = (stage: Stage, tickets: number) =>
  beside(
    stage,
    Effect.forEach(
      Array.from({ length: tickets }, (_, index) => index),
      (index) => {
        const buyer = stage.buyers[index % stage.buyers.length]
        return buyer === undefined ? Effect.die(new Error("nobody buys")) : buyAtPort(buyer, 1)
      },
      { concurrency: 256, discard: true }
    )
  )

/** Moves the clock to an instant; the server notices within a second or two. */
const moveTo = Effect.fnUntraced(function*(stage: Stage, at: number) {
  const now = yield* beside(stage, Now.use(({ now }) => now))
  yield* advanceClock(stage.environment, Math.max(0, Math.ceil(at - now)))
})

const drawOf = (stage: Stage, day: Day) => beside(stage, Draws.use((draws) => draws.byDay(day)))

/** Waits until the draw of a day has come so far. */
const until = (stage: Stage, day: Day, status: string) =>
  drawOf(stage, day).pipe(
    Effect.filterOrFail(
      (draw): draw is Draw => draw?.status === status,
      (draw) => new Refuted({ message: `the draw of ${day} is ${draw?.status}, not ${status}` })
    ),
    Effect.retry(Schedule.spaced("200 millis").pipe(Schedule.upTo({ duration: "60 seconds" })))
  )

const verdictOf = Effect.fnUntraced(function*({ origin }: Stage, day: Day, vkey: string) {
  const { stdout } = yield* runCommand(
    {},
    "verify",
    `${origin}/lottery/draws/${day}/proof`,
    "--vkey",
    vkey,
    "--chain",
    hash
  )
  return stdout.trimEnd().split("\n").at(-1) ?? ""
})

const mustSay = Effect.fnUntraced(function*(stage: Stage, day: Day, vkey: string, expected: string) {
  const said = yield* verdictOf(stage, day, vkey)
  yield* must(said === expected, () => `ddd verify says ${said} of the draw of ${day}, not ${expected}`)
})

const vkeyAt = (origin: string) => Effect.promise(async () => (await (await fetch(`${origin}/log/vkey`)).text()).trim())

/** Plays a day to its lock, and moves the clock to where its round is due. */
const lock = Effect.fnUntraced(function*(stage: Stage, day: Day, tickets: number) {
  yield* until(stage, day, "open")
  yield* sell(stage, tickets)
  const midnight = dayStart(dayAfter(day))
  yield* moveTo(stage, midnight)
  const locked = yield* until(stage, day, "locked")
  const round = locked.beacon?.round ?? 0
  const expected = roundFor(chain, midnight + 30_000)
  yield* must(round === expected, () => `the draw of ${day} waits for round ${round}, not ${expected}`)
  yield* moveTo(stage, roundTime(chain, round))
  return round
})

export const beacon: Show = {
  name: "beacon",
  promise:
    "draws with the beacon, ten minutes late, with one ticket, with none, void after a week, and without a beacon; each verified",
  run: Effect.fn("Beacon")(function*(size) {
    const said: Array<string> = []
    const many = size === "full" ? 2_000 : 40
    let isLate = false
    // by the machine's clock, which is years ahead, every round of these days is there
    const liar = yield* Relay.start({ behave: () => "other signature" })
    const down = yield* Effect.scoped(Relay.start())
    const honest = yield* Relay.start({ behave: () => isLate ? "absent" : "done" })
    const start = { DEV_CLOCK_START: formatInstant(instant(dayStart(firstDay) + 6 * hour)) }
    const relays = [liar, down, honest].map(({ url }) => url.origin).join()
    const environment = { ...yield* sharedDatabase, ...start, BEACON: "dev", DRAND_URLS: relays }

    const withBeacon = Effect.gen(function*() {
      const server = yield* startServer(environment, yield* freePort)
      const origin = originAt(server.port)
      const buyers = yield* makePlayers(players, () => credit).pipe(Effect.provide(inside(environment, origin)))
      const stage: Stage = { environment, origin, buyers }
      const vkey = yield* vkeyAt(origin)
      let day = firstDay
      for (const tickets of [many, 1, 0]) {
        const round = yield* lock(stage, day, tickets)
        const drawn = yield* until(stage, day, "drawn")
        yield* mustSay(stage, day, vkey, "VALID BEACON")
        yield* must(
          drawn.totalEntries === tickets && (drawn.winningPosition === null) === (tickets === 0),
          () => `the draw of ${day} has ${drawn.totalEntries} entries and the winner ${drawn.winningPosition}`
        )
        said.push(
          `${tickets} tickets: drawn by round ${round}, winner ${drawn.winningTicketId ?? "none"}; VALID BEACON`
        )
        day = dayAfter(day)
      }
      yield* must(
        liar.asked.length >= 3 && honest.asked.length >= 3,
        () => `the relays were asked ${liar.asked.length} and ${honest.asked.length} times`
      )
      said.push(`the lying relay was asked ${liar.asked.length} times, and never believed`)

      isLate = true
      const late = yield* lock(stage, day, many)
      for (let waited = 0; waited < 10; waited++) {
        yield* moveTo(stage, roundTime(chain, late) + (waited + 1) * minute)
        yield* Effect.sleep("500 millis")
        yield* must(
          (yield* drawOf(stage, day))?.status === "locked",
          () => `the draw of ${day} did not wait for its round`
        )
      }
      yield* mustSay(stage, day, vkey, "PENDING LOCKED")
      isLate = false
      const drawn = yield* until(stage, day, "drawn")
      yield* must(drawn.beacon?.round === late, () => `the draw of ${day} was drawn by another round`)
      yield* mustSay(stage, day, vkey, "VALID BEACON")
      const warnings = server.output().match(/s late, and/g)?.length ?? 0
      yield* must(warnings > 0, () => "the server did not say that the round is late")
      said.push(
        `round ${late} ten minutes late: the draw waited, the server said so ${warnings} times, drawn by that round; VALID BEACON`
      )

      day = dayAfter(day)
      isLate = true
      const before = yield* balancesOf(environment, buyers)
      const never = yield* lock(stage, day, many)
      // a server gives up what it has asked for in vain
      yield* Effect.repeat(Effect.sync(() => honest.asked.includes(never)), {
        until: (isAsked) => isAsked,
        schedule: Schedule.spaced("100 millis")
      })
      const began = performance.now()
      yield* moveTo(stage, dayStart(dayAfter(day)) + 30_000 + 7 * dayMillis)
      yield* until(stage, day, "void")
      const seconds = (performance.now() - began) / 1000
      const after = yield* balancesOf(environment, buyers)
      yield* must(
        before.every((balance, index) => balance === after[index]),
        () => "not every cent came back from the void draw"
      )
      yield* mustSay(stage, day, vkey, "VOID")
      said.push(`round ${never} absent for a week: void, ${many} tickets refunded within ${seconds.toFixed(1)} s; VOID`)
      isLate = false
      return stage
    })
    const stage = yield* Effect.scoped(withBeacon)

    yield* Effect.scoped(Effect.gen(function*() {
      const environment = { ...yield* sharedDatabase, ...start, BEACON: "none" }
      const server = yield* startServer(environment, yield* freePort)
      const origin = originAt(server.port)
      const buyers = yield* makePlayers(players, () => credit).pipe(Effect.provide(inside(environment, origin)))
      const alone: Stage = { environment, origin, buyers }
      yield* until(alone, firstDay, "open")
      yield* sell(alone, many)
      yield* moveTo(alone, dayStart(dayAfter(firstDay)))
      yield* until(alone, firstDay, "drawn")
      yield* mustSay(alone, firstDay, yield* vkeyAt(origin), "VALID SIGNED")
      said.push(`without a beacon, ${many} tickets: VALID SIGNED`, yield* audited(environment))
    }))
    return [...said, yield* audited(stage.environment)]
  })
}
