/** `ddd checkouts reconcile`: compares the checkouts of the last days with what Stripe has of them, refunds and disputes included. */
import { Checkouts } from "@ddd/core/ports/Checkouts"
import { Now } from "@ddd/core/ports/Now"
import { dayMillis, instant } from "@ddd/core/values/Instant"
import { visibleData } from "@ddd/core/values/Visible"
import * as CheckoutWork from "@ddd/core/work/Checkouts"
import { Option } from "commander"
import { Effect, Stream } from "effect"
import { done, refuted } from "../../ExitCode.ts"
import { count } from "../../terminal/Numbers.ts"
import { print, printJson, style } from "../../terminal/Output.ts"
import { progress } from "../../terminal/Progress.ts"
import { aligned } from "../../terminal/Table.ts"
import { command, type Declare, type JsonFlag, jsonOption, wholeNumber } from "../Declaration.ts"
import { onMoney } from "../OnDatabase.ts"
import { pages } from "../Pages.ts"

/** Checkouts compared at a time: well below what a provider answers a second. */
const concurrency = 4

const compareAll = Effect.fnUntraced(function*(days: number) {
  const checkouts = yield* Checkouts
  const since = (yield* (yield* Now).now) - days * dayMillis
  const asked = yield* pages((page) => checkouts.list({}, page)).pipe(
    Stream.takeWhile(({ askedAt }) => askedAt >= since),
    Stream.filter(({ sessionId }) => sessionId !== null),
    Stream.runCollect
  )
  const bar = yield* progress(asked.length, "asking the provider")
  let compared = 0
  const differences = yield* Effect.forEach(
    asked,
    (checkout) => Effect.tap(CheckoutWork.reconcile(checkout), () => Effect.sync(() => bar.at(++compared))),
    { concurrency }
  )
  // as those of a database that a backup replaced
  const unknown = yield* CheckoutWork.unknownCheckouts(instant(since))
  return { compared: asked.length, differences: [...differences.flat(), ...unknown] }
}, Effect.scoped)

const differenceTable = (differences: ReadonlyArray<CheckoutWork.Difference>): string =>
  aligned(
    visibleData(differences).map(({ checkoutId, found, sessionId }) => [
      style.red("✗"),
      checkoutId,
      sessionId ?? "–",
      style.red(found)
    ])
  )

/** Exit code 1 where something differs. What Stripe knows better is learnt as it is found. */
const run = Effect.fn("ddd checkouts reconcile")(function*({ days, json }: JsonFlag & { readonly days: number }) {
  const { compared, differences } = yield* onMoney(compareAll(days))
  if (json === true) yield* printJson({ days, compared, differences })
  else {
    if (differences.length > 0) yield* print(differenceTable(differences))
    const seen = `${count(compared)} checkouts of the last ${days} days compared with Stripe`
    yield* print(style.bold(
      differences.length === 0
        ? style.green(`Books and provider agree: ${seen}.`)
        : style.red(`Books and provider differ: ${count(differences.length)} differences in ${seen}.`)
    ))
  }
  return differences.length === 0 ? done : refuted
})

export const reconcileCheckouts: Declare = (perform) =>
  command(
    "reconcile",
    "compare checkouts with what Stripe has of them; exit code 1 where something differs",
    "ddd checkouts reconcile --days 7"
  )
    .addOption(new Option("--days <n>", "how far back").default(30).argParser(wholeNumber(1, 3650)))
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
