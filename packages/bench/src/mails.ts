#!/usr/bin/env node
/**
 * `bench:mails`: what confirming a minute's tickets by mail costs, done as a server does it beside its sales.
 *
 * The tickets are sold at the port, the clock is moved on by a minute, and this process then looks for tickets to confirm and writes
 * the mails, to files. It fails where a player gets no mail, or two.
 */
import * as TicketMailsPg from "@ddd/adapters-pg/draws/TicketMailsPg"
import { dataDirOf } from "@ddd/cli/DataDir"
import * as MailWorkers from "@ddd/cli/server/MailWorkers"
import { print, remark } from "@ddd/cli/terminal/Output"
import { TicketMails } from "@ddd/core/ports/TicketMails"
import { Effect, Layer, References, Schedule } from "effect"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { setUp } from "./sell/Stage.ts"
import { advanceClock } from "./support/Clocks.ts"
import { inside, settingsIn } from "./support/Inside.ts"
import { makeMeter } from "./support/Meter.ts"
import { verifyAddresses } from "./support/Players.ts"
import { sellToAll } from "./support/PortSales.ts"
import { argumentsOf, runProgram } from "./support/Terminal.ts"

const { values } = argumentsOf({
  options: { players: { type: "string", default: "1000" }, tickets: { type: "string", default: "200000" } }
})

const origin = new URL("http://localhost")

runProgram(Effect.gen(function*() {
  const players = Number(values.players)
  const stage = yield* setUp(players, origin.origin)
  const environment = stage.environmentOf("port")
  const settings = yield* settingsIn(environment)
  const folder = join(dataDirOf(settings), "mail")
  const { measure, table } = makeMeter(stage.postgresPid)

  const written = Effect.sync(() => existsSync(folder) ? readdirSync(folder).length : 0)
  const writeUntil = Effect.fnUntraced(function*(count: number) {
    yield* Layer.build(MailWorkers.layer(settings, origin))
    yield* Effect.repeat(written, { until: (now) => now >= count, schedule: Schedule.spaced("100 millis") })
  }, Effect.scoped)

  yield* Effect.gen(function*() {
    yield* measure("welcome", writeUntil(players))
    // an address that is not verified is sent links alone
    yield* verifyAddresses
    const each = Math.ceil(Number(values.tickets) / players)
    yield* remark(`selling ${each} tickets to each of ${players} players`)
    yield* sellToAll(stage.buyers, each, 10)
    yield* advanceClock(environment, 60_000)
    const added = yield* measure("look", Effect.flatMap(TicketMails, ({ enqueueDue }) => enqueueDue))
    if (added < players) return yield* Effect.die(new Error(`${added} mails were enqueued for ${players} players`))
    yield* measure("write", writeUntil(players + added))
    if ((yield* written) !== players + added) return yield* Effect.die(new Error("a mail was written twice"))
  }).pipe(
    Effect.provide(Layer.provideMerge(TicketMailsPg.layer, inside(environment, origin.origin))),
    Effect.provideService(References.MinimumLogLevel, "Warn")
  )
  yield* print(table())
}))
