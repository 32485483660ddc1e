/** The end of the demo: what was done, and what held. */
import type { Day } from "@ddd/core/values/Instant"
import { count, withTenths } from "../terminal/Numbers.ts"
import { style } from "../terminal/Output.ts"
import { aligned } from "../terminal/Table.ts"
import type { Claim } from "./Claims.ts"
import type { Player } from "./Player.ts"
import type { Played } from "./Script.ts"
import { quantile } from "./Tally.ts"

/** `seconds`: how long all of it took. */
export const summary = (
  { purchasesPerSecond, tally }: Played,
  claims: ReadonlyArray<Claim>,
  seconds: number
): string => {
  const { holdings, latencies, players, refused } = tally
  const millis = (share: number) => `${count(quantile(latencies, share))} ms`
  const figure = (name: string, value: string): ReadonlyArray<string> => [` ${style.dim(name)}`, value]
  const broken = claims.filter(({ holds }) => !holds).length
  return [
    "",
    aligned([
      figure("players", count(players.length)),
      figure(
        "tickets",
        `${count(holdings.size)} in ${count(latencies.length)} purchases, ${count(purchasesPerSecond)} a second`
      ),
      figure("answers", `${millis(0.5)} median, ${millis(0.99)} at the 99th percentile`),
      figure("refusals", `${count(refused)} purchases that the wallet could not pay`)
    ]),
    "",
    ...claims.map(({ holds, sentence }) => `${holds ? style.green("✓") : style.red("✗")} ${sentence}`),
    "",
    broken === 0
      ? style.bold(style.green(`Everything held, in ${withTenths(seconds)} s.`))
      : style.bold(style.red(`${broken} of ${claims.length} did not hold.`))
  ].join("\n")
}

/** Where the day is to be looked at, and as whom. `player`: the winner, where there is one. */
export const invitation = (url: string, day: Day, player: Player | undefined): string => {
  // as the server names itself to browsers
  const origin = `http://localhost:${new URL(url).port}`
  const line = (name: string, value: string): ReadonlyArray<string> => [` ${style.dim(name)}`, value]
  return [
    "",
    `The server of this day runs on, at ${style.bold(style.cyan(`${origin}/play`))}`,
    aligned([
      ...player === undefined ? [] : [line("sign in as", player.email), line("password", player.password)],
      line("the draw", `${origin}/verify?draw=${day}`),
      line("docs", `${origin}/docs`)
    ]),
    "Ctrl-C ends it, and takes away all that it made."
  ].join("\n")
}
