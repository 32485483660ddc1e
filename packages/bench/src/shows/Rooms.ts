/** Whatever members, host and server do to a room at the same moment, it has one outcome, and every cent is where it belongs. */
import { cents } from "@ddd/core/money/Money"
import { Now } from "@ddd/core/ports/Now"
import { Clock, Effect } from "effect"
import { inside } from "../support/Inside.ts"
import { makePlayers } from "../support/Players.ts"
import { freePort, originAt, type ServerProcess, startServer } from "../support/ServerProcess.ts"
import { sharedDatabase } from "../support/SharedDatabase.ts"
import { audited } from "./Books.ts"
import { judgeRooms } from "./RoomProofs.ts"
import { buyAtLock, closeAtOnce, drawOnce, joinersAtOnce, lastPlace, oneTicket, pressesAtOnce } from "./RoomRaces.ts"
import type { Scene } from "./RoomScene.ts"
import { morning, type Show } from "./Show.ts"

/** Each room of a race takes some of them, one place further than the one before. */
const playerCount = joinersAtOnce + 28
const funds = cents(100_000n)

/** How many rooms wait for their moment at the same time, each for a second. */
const drawsAhead = 12

/** How many draws a server's clockwork says it has done. */
const drawnBy = (servers: ReadonlyArray<ServerProcess>): number =>
  servers.reduce((sum, server) => sum + (server.output().match(/settle done/g)?.length ?? 0), 0)

const answersOf = ({ said }: Scene): ReadonlyArray<string> =>
  [...said].map(([what, counts]) =>
    `${what}: ${[...counts].map(([answer, count]) => `${count} × ${answer}`).join(", ")}`
  )

export const rooms: Show = {
  name: "rooms",
  promise:
    "200 rounds each over two servers: 100 for the last place, 20 presses of buy, purchases at the lock, ten executions, closing: one outcome, exact to the cent",
  run: Effect.fn("Rooms")(function*(size) {
    const ports = [yield* freePort, yield* freePort] as const
    const environment = {
      ...yield* sharedDatabase,
      DEV_CLOCK_START: morning,
      // tokens are good at each of the servers
      PUBLIC_URL: originAt(ports[0])
    }
    const servers: Array<ServerProcess> = []
    for (const port of ports) servers.push(yield* startServer(environment, port))
    const { aheadMillis, players } = yield* Effect.gen(function*() {
      const made = yield* makePlayers(playerCount, () => funds)
      return { players: made, aheadMillis: (yield* (yield* Now).now) - (yield* Clock.currentTimeMillis) }
    }).pipe(Effect.provide(inside(environment, environment.PUBLIC_URL)))
    const scene: Scene = { ports, players, rooms: [], said: new Map() }
    const rounds = Array.from({ length: size === "full" ? 200 : 3 }, (_, round) => round)

    const begin = performance.now()
    for (const race of [lastPlace, oneTicket, buyAtLock, closeAtOnce]) {
      yield* Effect.forEach(rounds, (round) => race(scene, round), { discard: true })
    }
    yield* Effect.forEach(rounds, (round) => drawOnce(scene, round, aheadMillis), {
      concurrency: drawsAhead,
      discard: true
    })
    const seconds = (performance.now() - begin) / 1_000
    const byServer = drawnBy(servers)
    return [
      `${rounds.length} rounds of each race, ${scene.rooms.length} rooms, at two servers, in ${seconds.toFixed(0)} s`,
      `the last place of a room wanted by ${joinersAtOnce} at once: one comes in; buy pressed ${pressesAtOnce} times at once: one ticket`,
      ...answersOf(scene),
      `of the ${rounds.length} draws that fell due as their host had them executed, ${byServer} were done by the servers themselves`,
      ...yield* judgeRooms(environment, scene, funds),
      yield* audited(environment)
    ]
  })
}
