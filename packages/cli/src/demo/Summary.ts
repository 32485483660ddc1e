/** The end of the demo: what was done, and what held. */
import { style } from "../terminal/Output.ts"
import { aligned } from "../terminal/Table.ts"
import type { Claim } from "./Claims.ts"
import type { Played } from "./Script.ts"
import { quantile } from "./Tally.ts"

/** `seconds`: how long all of it took. */
export const summary = (
  { purchasesPerSecond, tally }: Played,
  claims: ReadonlyArray<Claim>,
  seconds: number
): string => {
  const { holdings, latencies, players, refused } = tally
  const millis = (share: number) => `${Math.round(quantile(latencies, share))} ms`
  const figure = (name: string, value: string): ReadonlyArray<string> => [` ${style.dim(name)}`, value]
  const broken = claims.filter(({ holds }) => !holds).length
  return [
    "",
    aligned([
      figure("players", String(players.length)),
      figure(
        "tickets",
        `${holdings.size} in ${latencies.length} purchases, ${Math.round(purchasesPerSecond)} a second`
      ),
      figure("answers", `${millis(0.5)} median, ${millis(0.99)} at the 99th percentile`),
      figure("refusals", `${refused} purchases that the wallet could not pay`)
    ]),
    "",
    ...claims.map(({ holds, sentence }) => `${holds ? style.green("✓") : style.red("✗")} ${sentence}`),
    "",
    broken === 0
      ? style.bold(style.green(`Everything held, in ${seconds.toFixed(1)} s.`))
      : style.bold(style.red(`${broken} of ${claims.length} did not hold.`))
  ].join("\n")
}
