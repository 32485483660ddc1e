/** What the server says on a terminal when it is open: where it is, and what is simulated, off or its own. */
import { type ChainInfo, quicknet } from "@ddd/core/proof/Beacon"
import { visible } from "@ddd/core/values/Visible"
import { relative } from "node:path"
import type { Settings } from "../config/Variables.ts"
import { dataDirOf } from "../DataDir.ts"
import { hasCheckout, hasDevCredit, payoutsBy } from "../MoneyProviders.ts"
import { style } from "../terminal/Output.ts"
import { aligned } from "../terminal/Table.ts"
import { destinationOf } from "./MailWorkers.ts"
import type { Running } from "./Server.ts"

const shortest = (path: string): string => {
  const fromHere = relative(process.cwd(), path)
  return fromHere !== "" && fromHere.length < path.length ? fromHere : path
}

const mailText = (settings: Settings): string => {
  const { kind, place } = destinationOf(settings)
  return kind === "server" ? `by ${place}` : `written to ${shortest(place)}`
}

const fundingText = (settings: Settings): string => {
  const { PRODUCT_CATALOG, REVENUECAT_WEBHOOK_AUTH } = settings
  const count = PRODUCT_CATALOG?.size ?? 0
  const ways = [
    ...REVENUECAT_WEBHOOK_AUTH === undefined ? [] : [`RevenueCat, ${count} ${count === 1 ? "product" : "products"}`],
    ...hasCheckout(settings) ? ["Stripe Checkout"] : []
  ]
  return ways.length === 0 ? "off until REVENUECAT_WEBHOOK_AUTH or CHECKOUT_RETURN_URL is set" : ways.join("; ")
}

const payoutText = (settings: Settings): string => {
  const by = payoutsBy(settings)
  return by === "Stripe" ? by : `${by} until STRIPE_SECRET_KEY is set`
}

/** Chains that draws of before name. */
const alsoText = (chains: ReadonlyArray<ChainInfo>): string =>
  chains.length === 0 ? "" : `; for draws of before also ${chains.map(({ beaconID }) => beaconID).join(", ")}`

const beaconText = ({ BEACON, DRAND_CHAIN }: Settings): string => {
  switch (BEACON) {
    case "none":
      return "none: nobody but this server can know that its seed is not chosen (BEACON=drand)" +
        alsoText(DRAND_CHAIN ?? [])
    case "drand": {
      const [newest = quicknet, ...others] = DRAND_CHAIN ?? []
      return `drand, ${newest.beaconID}${alsoText(others)}`
    }
    case "dev":
      return "development's own, which proves nothing to others"
  }
}

/** Where one plays, and how a wallet gets its first money. */
const playText = (settings: Settings, url: URL, hasPlayApp: boolean): string => {
  const { origin } = url
  if (!hasPlayApp) return `not built: \`npm run setup\` builds ${origin}/play`
  return hasDevCredit(settings)
    ? `${origin}/play: sign up, add development money, buy a ticket`
    : `${origin}/play`
}

/** What holds of the server, line by line. */
export const banner = (settings: Settings, { database, hasPlayApp, metrics, url, vkeys }: Running): string => {
  const { DEV_CLOCK_START } = settings
  const line = (name: string, value: string): ReadonlyArray<string> => [` ${style.dim(name)}`, visible(value)]
  return [
    "",
    `${style.bold("Daily Dollar Draw")} is open at ${style.bold(style.cyan(url.origin))}`,
    aligned([
      line("play", playText(settings, url, hasPlayApp)),
      line("docs", `${url.origin}/docs`),
      line("live", `${url.origin.replace(/^http/, "ws")}/ws`),
      line("database", database.embedded ? `embedded PostgreSQL in ${shortest(database.place)}` : database.place),
      line("mail", mailText(settings)),
      line("money in", fundingText(settings)),
      line("payouts", payoutText(settings)),
      line("beacon", beaconText(settings)),
      ...metrics === null ? [] : [line("metrics", metrics.href)],
      ...vkeys.map((vkey) => line("verifier key", vkey)),
      line("development", `secrets of its own in ${shortest(dataDirOf(settings))}/secrets.json`),
      ...DEV_CLOCK_START === undefined ? [] : [line("", "a clock of its own (DEV_CLOCK_START)")]
    ]),
    ""
  ].join("\n")
}
