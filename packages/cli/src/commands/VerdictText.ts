/** A verdict as people read it: a line a check, the verdict last. */
import type { Check, CheckId, Verdict } from "@ddd/core/Verdict"
import { style } from "../terminal/Output.ts"
import { aligned } from "../terminal/Table.ts"

/** What each check rules out (FAIRNESS.md, "What a verifier checks"). */
const rulesOut: { readonly [I in CheckId]: string } = {
  1: "two readings of one bundle",
  2: "forgery, where the key is pinned",
  3: "mixing draws",
  4: "a swapped seed",
  5: "tickets put in, taken out or moved after the lock",
  6: "late tickets",
  7: "another chain or round",
  8: "a forged beacon",
  9: "a wrong winner",
  10: "skimming",
  11: "leaving you out, or giving your ticket away",
  12: "a lock made or chosen once the beacon was known"
}

const mark = ({ ok }: Check): string => ok === null ? style.dim("–") : ok ? style.green("✓") : style.red("✗")

/** What a check that holds rules out; of any other, what was found. */
const remarkOn = ({ detail, id, ok }: Check): string =>
  ok === true ? style.dim(`rules out ${rulesOut[id]}`) : ok === null ? style.dim(detail) : style.red(detail)

/** The last line is `verdict` itself, as FAIRNESS.md spells it. */
export const verdictText = ({ checks, exit, missing, verdict }: Verdict): string => {
  const shown = exit === 2
    ? []
    : [aligned(checks.map((check) => [mark(check), String(check.id), check.name, remarkOn(check)]), [1])]
  const colour = exit === 0 ? style.green : style.red
  return [...shown, ...missing, style.bold(colour(verdict))].join("\n")
}
