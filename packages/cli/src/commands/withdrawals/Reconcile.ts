/** `ddd withdrawals reconcile`: compares the withdrawals of the last days with what the provider has of them. */
import { formatCents } from "@ddd/core/money/Money"
import type { Withdrawal } from "@ddd/core/money/Withdrawal"
import { Now } from "@ddd/core/ports/Now"
import { type NamedTransfer, PayoutProvider } from "@ddd/core/ports/PayoutProvider"
import { Withdrawals } from "@ddd/core/ports/Withdrawals"
import { dayMillis, formatInstant, instant } from "@ddd/core/values/Instant"
import type { OperatorAct } from "@ddd/core/values/OperatorAct"
import { visibleData } from "@ddd/core/values/Visible"
import * as Payouts from "@ddd/core/work/Payouts"
import { Option } from "commander"
import { Effect, Stream } from "effect"
import { done, refuted } from "../../ExitCode.ts"
import { count } from "../../terminal/Numbers.ts"
import { print, printJson, style } from "../../terminal/Output.ts"
import { progress } from "../../terminal/Progress.ts"
import { aligned } from "../../terminal/Table.ts"
import { command, type Declare, type JsonFlag, jsonOption, wholeNumber } from "../Declaration.ts"
import { actOf } from "../Guarded.ts"
import { onMoney } from "../OnDatabase.ts"
import { pages } from "../Pages.ts"
import { withdrawalJson } from "./WithdrawalText.ts"

/** Withdrawals compared at a time: well below what a provider answers a second. */
const concurrency = 4

/** Whether the provider may have been asked for it. One that failed then is compared too: nothing may be there. */
const wasSent = ({ transfer }: Withdrawal): boolean =>
  transfer.sentAt !== null || transfer.status === "done" || transfer.status === "unknown"

const compareAll = Effect.fnUntraced(function*(days: number, act: OperatorAct) {
  const withdrawals = yield* Withdrawals
  const since = (yield* (yield* Now).now) - days * dayMillis
  const sent = yield* pages((page) => withdrawals.list({}, page)).pipe(
    Stream.takeWhile(({ askedAt }) => askedAt >= since),
    Stream.filter(wasSent),
    Stream.runCollect
  )
  // however long ago they were asked for
  const held = yield* pages((page) => withdrawals.list({ held: true }, page)).pipe(
    Stream.filter((withdrawal) => withdrawal.askedAt < since && wasSent(withdrawal)),
    Stream.runCollect
  )
  const compare = [...sent, ...held]
  const bar = yield* progress(compare.length, "asking the provider")
  let compared = 0
  const differences = yield* Effect.forEach(
    compare,
    (withdrawal) => Effect.tap(Payouts.reconcile(withdrawal, act), () => Effect.sync(() => bar.at(++compared))),
    { concurrency }
  )
  return {
    compared: compare.length,
    differences: differences.flat(),
    provider: (yield* PayoutProvider).name,
    // as those of a database that a backup replaced
    unknown: yield* Payouts.unknownTransfers(instant(since))
  }
}, Effect.scoped)

export const differenceTable = (differences: ReadonlyArray<Payouts.Difference>): string =>
  aligned(
    visibleData(differences).map(({ found, withdrawal }) => [
      style.red("✗"),
      withdrawal.id,
      formatInstant(withdrawal.askedAt),
      `$${formatCents(withdrawal.amount)}`,
      withdrawal.status,
      style.red(found)
    ]),
    [3]
  )

const unknownTable = (transfers: ReadonlyArray<NamedTransfer>): string =>
  aligned(
    visibleData(transfers).map(({ account, amount, objectId, withdrawalId }) => [
      style.red("✗"),
      withdrawalId,
      objectId,
      account ?? "–",
      `$${formatCents(amount)}`,
      style.red("paid out, and the books know of no such withdrawal: was a backup put back?")
    ]),
    [4]
  )

/** Exit code 1 where something differs. What the provider knows better is learnt as it is found. */
const run = Effect.fn("ddd withdrawals reconcile")(
  function*({ days, json }: JsonFlag & { readonly days: number }) {
    const { compared, differences, provider, unknown } = yield* onMoney(
      compareAll(days, yield* actOf("withdrawals reconcile"))
    )
    const all = differences.length + unknown.length
    if (json === true) {
      yield* printJson({
        provider,
        days,
        compared,
        differences: differences.map(({ found, withdrawal }) => ({ found, withdrawal: withdrawalJson(withdrawal) })),
        unknownTransfers: unknown.map(({ account, amount, objectId, withdrawalId }) => ({
          transfer: objectId,
          withdrawalId,
          account,
          amount: formatCents(amount)
        }))
      })
    } else {
      if (differences.length > 0) yield* print(differenceTable(differences))
      if (unknown.length > 0) yield* print(unknownTable(unknown))
      const seen = `${count(compared)} withdrawals of the last ${days} days compared with ${provider}`
      yield* print(style.bold(
        all === 0
          ? style.green(`Books and provider agree: ${seen}.`)
          : style.red(`Books and provider differ: ${count(all)} differences in ${seen}.`)
      ))
    }
    return all === 0 ? done : refuted
  }
)

export const reconcileWithdrawals: Declare = (perform) =>
  command(
    "reconcile",
    "compare withdrawals with what the provider has of them; exit code 1 where something differs",
    "ddd withdrawals reconcile --days 7"
  )
    .addOption(new Option("--days <n>", "how far back").default(30).argParser(wholeNumber(1, 3650)))
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
