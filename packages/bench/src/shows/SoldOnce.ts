/** What buyers were told, whatever became of the database meanwhile: counted, and compared with what it holds. */
import { behindText } from "@ddd/adapters-pg/draws/Behind"
import { Effect, Schema } from "effect"
import { bodyOf } from "../support/AnswerBody.ts"
import type { Answered, Buyers } from "../support/Buyers.ts"
import { headerOf } from "../support/HttpConnection.ts"
import { rush, ticketIn } from "../support/Purchases.ts"
import { quantile } from "../support/Quantiles.ts"
import type { Environment, ServerProcess } from "../support/ServerProcess.ts"
import { audited, requireNoGap } from "./Books.ts"
import { must } from "./Show.ts"

/** Sold now, and not by an earlier asking. */
export const isSale = ({ answer, isReplay }: Answered): boolean => answer.status === 201 && !isReplay

export const isRefusal = ({ answer }: Answered): boolean => answer.status === 503

/** What its log says of a database that lacks something; what to do then stands behind it, as it is called there. */
const [behind = ""] = behindText.split(":", 1)

/** Whether a server found that the database lacks something that was acknowledged. */
export const foundBehind = ({ output }: ServerProcess): boolean => output().includes(behind)

const problemIn = bodyOf(Schema.Struct({ code: Schema.String }))

/** What an answer says, in a word: `sold`, `replay`, or the code of the error with its status. */
const wordOf = ({ answer, isReplay }: Answered): string =>
  answer.status === 201
    ? isReplay ? "replay" : "sold"
    : `${answer.status} ${problemIn(answer).code}`

/** The words that are expected, in the order of a table. */
export const words = ["sold", "replay", "503 unavailable", "503 outcome_unknown"] as const

/** How often each was said, and after how many seconds the slowest answer came. Fails where anything else was said. */
export const tally = Effect.fnUntraced(function*(answers: ReadonlyArray<Answered>) {
  const said = answers.map(wordOf)
  const odd = said.find((word) => !words.some((known) => known === word))
  yield* must(odd === undefined, () => `a purchase was answered ${odd}`)
  const slowestMillis = quantile(answers.map(({ answeredAt, askedAt }) => answeredAt - askedAt), 1)
  return [
    ...words.map((word) => String(said.filter((each) => each === word).length)),
    (slowestMillis / 1_000).toFixed(1)
  ]
})

/**
 * Fails unless every purchase was sold once: each key, asked for once more, is answered as it was, to the byte; the positions have no gap; no
 * server missed anything that was acknowledged; the books balance. Gives the findings. The buyers have stopped.
 */
export const judgeBuyers = Effect.fnUntraced(function*(
  environment: Environment,
  servers: ReadonlyArray<ServerProcess>,
  { answers, count }: Buyers
) {
  const sold = answers.filter(({ answer }) => answer.status === 201)
  yield* requireNoGap(sold.map(({ answer }) => ticketIn(answer).position))
  const port = servers[0]?.port ?? 0
  const again = yield* Effect.promise(() => rush(port, count, sold.map(({ purchase }) => purchase)))
  const lost = sold.find(({ answer }, index) => {
    const replay = again[index]
    return replay === undefined || headerOf(replay, "idempotent-replayed") !== "true" ||
      !replay.body.equals(answer.body)
  })
  yield* must(lost === undefined, () => `the purchase under ${lost?.purchase.key} is not what was acknowledged`)
  const wary = servers.find(foundBehind)
  yield* must(wary === undefined, () => `a server found the database behind:\n${wary?.output()}`)
  return [
    `all ${sold.length} purchases were sold once, at the positions 1 to ${sold.length}; each was asked for once more: the same answer, to the byte`,
    yield* audited(environment)
  ]
})
