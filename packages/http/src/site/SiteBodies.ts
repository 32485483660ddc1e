/** What an app says of the operator, and offers, as the API shows it. */
import { cents, formatCents, ticketFee, ticketPrice } from "@ddd/core/money/Money"
import { Schema } from "effect"
import { described } from "../schemas/Described.ts"

/** What the operator's settings say. */
export interface SiteOptions {
  /** Text of one line. */
  readonly operatorName: string | null
  readonly operatorUrl: URL | null
  readonly termsUrl: URL | null
  readonly helpUrl: URL | null
  /** Whether players can pay by Stripe Checkout. */
  readonly checkout: boolean
}

const Link = Schema.NullOr(Schema.String)

const MoneyIn = described({
  dev: [Schema.Boolean, "Whether players credit their wallets themselves: in development alone", false],
  checkout: [Schema.Boolean, "Whether a page of Stripe Checkout takes payments", true]
})

export const SiteBody = described({
  operatorName: [Schema.NullOr(Schema.String), "Who runs this server; null where it is not said", "Example Draws Ltd"],
  operatorUrl: [Link, "Their page", "https://example.com/"],
  termsUrl: [Link, "The terms that players agree to", "https://example.com/terms"],
  helpUrl: [Link, "Where players are helped, also with play that is too much", "https://example.com/help"],
  minAge: [
    Schema.NullOr(Schema.Number.check(Schema.isInt())),
    "The age in years from which on one may play; null where none is asked for",
    18
  ],
  money: [MoneyIn, "How money comes into a wallet here", { dev: false, checkout: true }],
  currency: [Schema.Literal("USD"), "The currency of every amount", "USD"],
  ticketPrice: [Schema.String, "What a ticket costs", "1.00"],
  houseShare: [Schema.String, "Which part of it the house keeps; the rest goes to the pot", "0.05"]
}).annotate({ identifier: "Site", description: "Who runs a server, and how an app takes money there" })

const percent = 100n

/** `dev`: whether this server credits wallets for development. */
export const siteBody = (
  { checkout, helpUrl, operatorName, operatorUrl, termsUrl }: SiteOptions,
  minAge: number | null,
  dev: boolean
): typeof SiteBody.Type => ({
  operatorName,
  operatorUrl: operatorUrl?.href ?? null,
  termsUrl: termsUrl?.href ?? null,
  helpUrl: helpUrl?.href ?? null,
  minAge,
  money: { dev, checkout },
  currency: "USD",
  ticketPrice: formatCents(ticketPrice),
  houseShare: formatCents(cents(ticketFee * percent / ticketPrice))
})
