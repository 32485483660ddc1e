#!/usr/bin/env node
/**
 * `bench:mails`: what confirming a minute's tickets by mail costs, done as a server does it beside its sales.
 *
 * The tickets are sold at the port, the clock is moved on by a minute, and this process then looks for tickets to confirm and writes
 * the mails, to files. CPU time is that of this process and of PostgreSQL. It fails where a player gets no mail, or two.
 */
import * as TicketMailsPg from "@ddd/adapters-pg/TicketMailsPg"
import { dataDirOf } from "@ddd/cli/DataDir"
import * as Mail from "@ddd/cli/Mail"
import { print, remark } from "@ddd/cli/terminal/Output"
import { aligned } from "@ddd/cli/terminal/Table"
import { userId } from "@ddd/core/Ids"
import { Sales } from "@ddd/core/ports/Sales"
import { TicketMails } from "@ddd/core/ports/TicketMails"
import { Clock, Effect, Layer, References, Schedule } from "effect"
import { randomUUID } from "node:crypto"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { setUp } from "./sell/Stage.ts"
import { advanceClock } from "./support/Clocks.ts"
import { cpuMillisOf } from "./support/CpuTime.ts"
import { inside, settingsIn } from "./support/Inside.ts"
import { runProgram } from "./support/Terminal.ts"

const { values } = parseArgs({
  options: { players: { type: "string", default: "1000" }, tickets: { type: "string", default: "200000" } }
})

const origin = new URL("http://localhost")
/** Tickets of a purchase: so few that many players stand between two of one. */
const atOnce = 10
const fingerprint = "00".repeat(32)

runProgram(Effect.gen(function*() {
  const players = Number(values.players)
  const each = Math.ceil(Number(values.tickets) / players)
  const stage = yield* setUp(players, origin.origin)
  const environment = stage.environmentOf("port")
  const settings = yield* settingsIn(environment)
  const folder = join(dataDirOf(settings), "mail")
  const rows: Array<ReadonlyArray<string>> = []

  /** Does something, and says what it took of this process and of PostgreSQL. */
  const counted = Effect.fnUntraced(function*<A, E, R>(name: string, what: Effect.Effect<A, E, R>) {
    const [started, own, postgres] = [
      yield* Clock.currentTimeMillis,
      process.cpuUsage(),
      cpuMillisOf(stage.postgresPid)
    ]
    const result = yield* what
    const { system, user } = process.cpuUsage(own)
    rows.push([
      name,
      (((yield* Clock.currentTimeMillis) - started) / 1000).toFixed(1),
      ((system + user) / 1000).toFixed(0),
      (cpuMillisOf(stage.postgresPid) - postgres).toFixed(0)
    ])
    return result
  })

  const written = Effect.sync(() => existsSync(folder) ? readdirSync(folder).length : 0)
  const writeUntil = Effect.fnUntraced(function*(count: number) {
    yield* Layer.build(Mail.worker(settings, origin))
    yield* Effect.repeat(written, { until: (now) => now >= count, schedule: Schedule.spaced("100 millis") })
  }, Effect.scoped)

  yield* Effect.gen(function*() {
    const sales = yield* Sales
    yield* counted("welcome", writeUntil(players))
    yield* remark(`selling ${each} tickets to each of ${players} players`)
    for (let left = each; left > 0; left -= atOnce) {
      const purchase = ({ userId: buyer }: typeof stage.buyers[number]) =>
        sales.purchase({
          userId: userId(buyer),
          quantity: Math.min(left, atOnce),
          drawId: null,
          idempotency: { key: randomUUID(), fingerprint }
        })
      yield* Effect.forEach(stage.buyers, purchase, { concurrency: 256, discard: true })
    }
    yield* advanceClock(environment, 60_000)
    const added = yield* counted("look", Effect.flatMap(TicketMails, ({ enqueueDue }) => enqueueDue))
    if (added < players) return yield* Effect.die(new Error(`${added} mails were enqueued for ${players} players`))
    yield* counted("write", writeUntil(players + added))
    if ((yield* written) !== players + added) return yield* Effect.die(new Error("a mail was written twice"))
  }).pipe(
    Effect.provide(Layer.provideMerge(TicketMailsPg.layer, inside(environment, origin.origin))),
    Effect.provideService(References.MinimumLogLevel, "Warn")
  )
  yield* print(aligned([["", "seconds", "CPU ms: this process", "PostgreSQL"], ...rows], [1, 2, 3]))
}))
