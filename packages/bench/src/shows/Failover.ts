/**
 * The primary is lost as by a power cut, and its synchronous standby takes over: nothing that was acknowledged is lost, also where the two
 * had lost each other before. The primary that was lost never runs again: its place is wiped, and has the next standby, as a cluster manager
 * that fences does it.
 */
import { aligned } from "@ddd/cli/terminal/Table"
import { Effect } from "effect"
import { performance } from "node:perf_hooks"
import { cutOff, cutPower, makeStandby, promote, requireStandby } from "../support/Replication.ts"
import { allSold, noticeMillis, type Pair, setUp, type Stage } from "./FailoverScene.ts"
import { must, type Show, type Size } from "./Show.ts"
import { isRefusal, isSale, judgeBuyers, tally, words } from "./SoldOnce.ts"

const seconds = (millis: number): string => (millis / 1_000).toFixed(1)

/**
 * The primary is lost and the standby promoted; the buyers go on. Where they `areApart`, the two lose each other before: the primary goes on
 * alone, and nobody is told of a sale.
 */
const takeOver = Effect.fnUntraced(function*(stage: Stage, { primary, standby }: Pair, areApart: boolean, size: Size) {
  const { answers, untilEach } = stage.buyers
  yield* allSold(stage, "a sale to everybody")
  const begunAt = performance.now()
  if (areApart) {
    yield* cutOff(primary, standby)
    const apartAt = performance.now()
    yield* untilEach("a refusal to everybody", (answered) => isRefusal(answered) && answered.askedAt >= apartAt)
    const told = answers.find(({ answer, askedAt }) => answer.status === 201 && askedAt >= apartAt)
    yield* must(told === undefined, () => `${told?.purchase.key} was acknowledged by a primary without its standby`)
  }
  const killedAt = performance.now()
  yield* cutPower(primary)
  // what is asked from here on is sold by the other, or not at all
  const goneAt = performance.now()
  yield* Effect.sleep(noticeMillis(size))
  const promotedAt = performance.now()
  yield* promote(standby)
  const writableAt = performance.now()
  yield* untilEach("a sale after the promotion", (answered) => isSale(answered) && answered.askedAt >= goneAt)
  const firstAt = answers.find((answered) => isSale(answered) && answered.askedAt >= goneAt)?.answeredAt ?? 0
  const meanwhile = answers.filter(({ answeredAt }) => answeredAt >= begunAt)
  const said = yield* tally(meanwhile)
  return [
    areApart ? "killed, the two apart" : "killed",
    seconds(promotedAt - killedAt),
    seconds(writableAt - promotedAt),
    seconds(firstAt - killedAt),
    seconds(firstAt - promotedAt),
    ...said
  ]
})

const heading = [
  "",
  "kill to promotion",
  "promotion",
  "kill to first sale",
  "promotion to it",
  ...words,
  "slowest answer"
]

const lines = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> =>
  aligned([heading, ...rows], heading.map((_, at) => at).slice(1)).split("\n")

export const failover: Show = {
  name: "failover",
  promise: "the primary killed amid purchases, its synchronous standby promoted: nothing that was acknowledged is lost",
  run: Effect.fn("Failover")(function*(size) {
    const { pair: begin, stage } = yield* setUp(size)
    let pair: Pair = begin
    const rows: Array<ReadonlyArray<string>> = []
    for (const areApart of size === "full" ? [false, true, false] : [true]) {
      yield* requireStandby(pair.primary)
      rows.push(yield* takeOver(stage, pair, areApart, size))
      const { primary: { cluster: lost }, standby: primary } = pair
      pair = { primary, standby: yield* makeStandby(stage.places, primary, lost) }
    }
    yield* requireStandby(pair.primary)
    yield* allSold(stage, "a sale to everybody, with the standby that was the primary")
    yield* stage.buyers.stop
    return [
      `a synchronous standby, two servers, ${stage.buyers.count} buyers; the primary killed ${rows.length} ${
        rows.length === 1 ? "time" : "times"
      }, its place then the new standby's:`,
      ...lines(rows),
      ...yield* judgeBuyers(stage.environment, stage.servers, stage.buyers),
      "neither server found the database behind"
    ]
  })
}
