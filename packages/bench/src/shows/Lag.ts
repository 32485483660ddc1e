/**
 * An asynchronous standby that lagged takes over: what was acknowledged meanwhile is lost. That is noticed, and nothing is sold until
 * `ddd restored`.
 */
import { Effect, Schedule } from "effect"
import { performance } from "node:perf_hooks"
import type { Answered } from "../support/Buyers.ts"
import { ticketIn } from "../support/Purchases.ts"
import { cutOff, cutPower, promote } from "../support/Replication.ts"
import { runCommand } from "../support/ServerProcess.ts"
import { audited } from "./Books.ts"
import { allSold, noticeMillis, setUp } from "./FailoverScene.ts"
import { must, Refuted, type Show } from "./Show.ts"
import { foundBehind, isRefusal, isSale } from "./SoldOnce.ts"

const PositionsForm = /tickets at the positions (\d+) to (\d+)/

export const lag: Show = {
  name: "lag",
  promise:
    "an asynchronous standby that lagged, promoted amid purchases: it is noticed, and nothing is sold until ddd restored",
  run: Effect.fn("Lag")(function*(size) {
    const { pair, stage } = yield* setUp(size)
    const { buyers, environment, servers } = stage
    yield* allSold(stage, "a sale to everybody")
    yield* cutOff(pair.primary, pair.standby)
    // each buys several that the standby is never told of
    for (let nth = 0; nth < 3; nth++) yield* allSold(stage, "a sale without the standby")
    yield* cutPower(pair.primary)
    const goneAt = performance.now()
    yield* Effect.sleep(noticeMillis(size))
    yield* promote(pair.standby)
    yield* Effect.sync(() => servers.every(foundBehind)).pipe(
      Effect.repeat({ until: (isFound) => isFound, schedule: Schedule.spaced("50 millis") }),
      Effect.timeoutOrElse({
        duration: "2 minutes",
        orElse: () => new Refuted({ message: "a server did not find the database behind" })
      })
    )
    const foundAt = performance.now()
    yield* buyers.untilEach("a refusal", (answered) => isRefusal(answered) && answered.askedAt >= foundAt)
    const sale = buyers.answers.find((answered) => isSale(answered) && answered.askedAt >= goneAt)
    yield* must(sale === undefined, () => `${sale?.purchase.key} was sold by a database that is behind`)

    const { code, stderr, stdout } = yield* runCommand(
      environment,
      "restored",
      "--yes",
      "1",
      "--reason",
      "the standby lagged"
    )
    yield* must(code === 0, () => `ddd restored ended with ${code}:\n${stdout}${stderr}`)
    const [, from = "0", to = "0"] = PositionsForm.exec(stdout) ?? []
    yield* allSold(stage, "a sale after ddd restored")
    yield* buyers.stop

    const ticketsOf = (part: ReadonlyArray<Answered>) => part.map(({ answer }) => ticketIn(answer))
    const sold = buyers.answers.filter(({ answer }) => answer.status === 201)
    const before = ticketsOf(sold.filter(({ askedAt }) => askedAt < goneAt))
    const after = ticketsOf(sold.filter((answered) => isSale(answered) && answered.askedAt >= goneAt))
    const lost = before.filter(({ position }) => position >= Number(from))
    const newest = Math.max(...before.map(({ position }) => position))
    yield* must(
      lost.length > 0 && Number(to) === newest,
      () => `ddd restored tells the positions ${from} to ${to}, and ${newest} was sold`
    )
    const first = Math.min(...after.map(({ position }) => position))
    yield* must(
      first === Number(from),
      () => `after ddd restored position ${first} was sold first, and ${from} is free`
    )
    const numbers = new Set(lost.map(({ ticketId }) => ticketId))
    const twice = after.find(({ ticketId }) => numbers.has(ticketId))
    yield* must(twice === undefined, () => `ticket ${twice?.ticketId} was sold to two players`)
    return [
      `an asynchronous standby that lagged by ${lost.length} tickets, promoted: nobody was sold anything, each server said that the database is behind`,
      `ddd restored told the positions ${from} to ${to}, as they had been sold; then they were sold again, none under a number that was lost`,
      yield* audited(environment)
    ]
  })
}
