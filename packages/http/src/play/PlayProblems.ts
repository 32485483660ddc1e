/** Why a player who limited their play is refused, in the words of the API. */
import type { Barred } from "@ddd/core/money/Barring"
import { type LimitExceeded, type LimitName, limitText } from "@ddd/core/money/Limits"
import { formatInstant } from "@ddd/core/values/Instant"
import { Problem } from "../problems/Problem.ts"

/** `outcome`: a sentence that says what was not done. */
export const barredProblem = ({ by, until }: Barred, outcome: string): Problem<"timed_out"> =>
  new Problem(
    "timed_out",
    `${by === "exclusion" ? "You have excluded yourself" : "You take a time-out"} until ${formatInstant(until)}. ` +
      `${outcome} Withdrawing, and closing the account, go on.`,
    { until }
  )

const limitWords: Readonly<Record<LimitName, string>> = {
  dailySpend: "daily limit of spending",
  weeklySpend: "weekly limit of spending",
  monthlySpend: "monthly limit of spending",
  dailyDeposit: "daily limit of deposits",
  weeklyDeposit: "weekly limit of deposits",
  monthlyDeposit: "monthly limit of deposits",
  ticketsPerDraw: "limit of tickets a draw"
}

const shown = (name: LimitName, value: bigint): string =>
  name === "ticketsPerDraw" ? `${value} ticket${value === 1n ? "" : "s"}` : `$${limitText(name, value)}`

export const limitProblem = ({ left, limit, max, renewsAt }: LimitExceeded): Problem<"limit_exceeded"> =>
  new Problem(
    "limit_exceeded",
    `This is more than your ${limitWords[limit]} (${limit}) allows: of ${shown(limit, max)}, ${
      shown(limit, left)
    } left. It begins anew ${
      renewsAt === null ? "with the next draw" : `at ${formatInstant(renewsAt)}`
    }. Nothing was bought.`,
    renewsAt === null ? {} : { until: renewsAt }
  )
