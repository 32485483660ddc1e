/** The forms that a variable's text may have, and what is read from it. */
import { readChains } from "@ddd/adapters-drand/ChainParameters"
import { readSender } from "@ddd/adapters-mail/Message"
import { readSmtpUrl } from "@ddd/adapters-mail/SmtpUrl"
import { readConnectionUrl } from "@ddd/adapters-pg/database/ConnectionUrl"
import { type ProductCatalog, readProductCatalog } from "@ddd/adapters-revenuecat/ProductCatalog"
import { type ProxyTrust, readNetworks } from "@ddd/core/accounts/ClientAddress"
import { readRequestLimits, type RequestLimits } from "@ddd/core/accounts/RequestLimits"
import { parseThresholds, type PrizeThresholds } from "@ddd/core/draws/PrizeReport"
import { minAgeMax, minAgeMin } from "@ddd/core/money/Age"
import { type Cents, parseCents } from "@ddd/core/money/Money"
import { type PlaceList, readPlaceList } from "@ddd/core/play/Places"
import type { ChainInfo } from "@ddd/core/proof/Beacon"
import { type Instant, parseInstant } from "@ddd/core/values/Instant"
import { operatorCharactersMax, operatorFault } from "@ddd/core/values/OperatorAct"
import { visible } from "@ddd/core/values/Visible"
import { Redacted, Result } from "effect"
import { isIP } from "node:net"
import { readDsn } from "../observability/Sentry.ts"

export interface Form<A> {
  /** Completes "NAME must be …". */
  readonly description: string
  /** `undefined` where the text has another form. */
  readonly read: (text: string) => A | undefined
  /** What is wrong with a text of another form, where `description` says too little: completes "NAME: …". */
  readonly fault?: (text: string) => string
  /** Shown to nobody, and may come from a file. */
  readonly secret: boolean
}

const plain = <A>(description: string, read: (text: string) => A | undefined): Form<A> => ({
  description,
  read,
  secret: false
})

const nameCharactersMax = 100
const pageCharactersMax = 1000

/** The name of a person or a company, in one line. */
export const name: Form<string> = plain(
  `1 to ${nameCharactersMax} visible characters, without blanks around them`,
  (value) => {
    const isShort = value.length > 0 && value.length <= nameCharactersMax
    return isShort && value.trim() === value && visible(value) === value ? value : undefined
  }
)

export const text: Form<string> = plain("text", (value) => value)

/** Any text, kept out of every output. */
export const secret: Form<Redacted.Redacted> = {
  description: "text",
  read: (value) => Redacted.make(value),
  secret: true
}

/** Any texts by comma, kept out of every output. */
export const secrets: Form<ReadonlyArray<Redacted.Redacted>> = {
  description: "texts separated by commas, none of them empty",
  read: (value) => {
    const all = value.split(",").map((each) => each.trim())
    return all.includes("") ? undefined : all.map((each) => Redacted.make(each))
  },
  secret: true
}

/** `true` or `false`. */
export const flag: Form<boolean> = plain(
  "true or false",
  (value) => value === "true" ? true : value === "false" ? false : undefined
)

/** One of the given words, exactly. */
export const oneOf = <const A extends string>(...choices: ReadonlyArray<A>): Form<A> =>
  plain(
    choices.length === 1 ? `"${choices[0]}"` : `one of ${choices.join(", ")}`,
    (value) => choices.find((choice) => choice === value)
  )

/** A port to listen on; 0 is any free one. */
export const port: Form<number> = plain("a port, 0 to 65535", (value) => {
  const number = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN
  return number <= 65_535 ? number : undefined
})

/** A whole number of seconds, five minutes at most. */
export const seconds: Form<number> = plain("a whole number of seconds, 0 to 300", (value) => {
  const number = /^\d{1,3}$/.test(value) ? Number(value) : Number.NaN
  return number <= 300 ? number : undefined
})

/** A whole number of days, half a year at most. */
export const days: Form<number> = plain("a whole number of days, 0 to 180", (value) => {
  const number = /^\d{1,3}$/.test(value) ? Number(value) : Number.NaN
  return number <= 180 ? number : undefined
})

/** An age from which on one may play. */
export const years: Form<number> = plain(`a whole number of years, ${minAgeMin} to ${minAgeMax}`, (value) => {
  const number = /^\d{2}$/.test(value) ? Number(value) : Number.NaN
  return number >= minAgeMin && number <= minAgeMax ? number : undefined
})

/** A number of tickets: as many as a column of the database can say. */
export const tickets: Form<number> = plain("a whole number of tickets, 1 to 1000000", (value) => {
  const number = /^[1-9]\d{0,6}$/.test(value) ? Number(value) : Number.NaN
  return number <= 1_000_000 ? number : undefined
})

const moneyFrom = (least: bigint, description: string): Form<Cents> =>
  plain(description, (value) => {
    const amount = parseCents(value)
    return amount !== undefined && amount >= least ? amount : undefined
  })

/** An amount of dollars, from a cent on. */
export const money = moneyFrom(1n, "an amount of dollars above zero with two places, such as 500.00")

/** The same, or none at all. */
export const moneyOrNone = moneyFrom(0n, "an amount of dollars with two places, such as 500.00 or 0.00")

/** Whom an operator says to be. */
export const operator: Form<string> = plain(
  `a name of 1 to ${operatorCharactersMax} visible characters, without blanks around it`,
  (value) => operatorFault(value) === null ? value : undefined
)

export const address: Form<string> = plain(
  "an IP address such as 127.0.0.1, 0.0.0.0 or ::",
  (value) => isIP(value) === 0 ? undefined : value
)

/** Networks and addresses by comma (`ClientAddress`). */
export const networks: Form<ProxyTrust["networks"]> = plain(
  "addresses or networks such as 10.0.0.0/8 or 2001:db8::7, separated by commas, without bits beyond their length, and not everybody's",
  readNetworks
)

/** The name of a header, in lower case, as it is looked up. */
export const headerName: Form<string> = plain(
  "the name of a header such as CF-IPCountry",
  (value) => /^[!#$%&'*+.^_`|~\w-]{1,100}$/.test(value) ? value.toLowerCase() : undefined
)

/** Countries and regions by comma (`Places`). */
export const placeList: Form<PlaceList> = plain(
  "countries and regions as ISO 3166 names them, such as US-NY,CA, separated by commas, and perhaps unknown; the United Kingdom is GB",
  readPlaceList
)

const originOf = (value: string): URL | undefined => {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:"
  return isWeb && url.href === `${url.origin}/` ? url : undefined
}

/** `https://lottery.example.com`: scheme, host, perhaps a port; nothing after it. */
export const origin: Form<URL> = plain("an origin such as https://lottery.example.com, without a path", originOf)

/** A page that people are led to: `https://example.com/terms`. Production refuses those of http (`Refusals`). */
export const page: Form<URL> = plain("the URL of a page such as https://example.com/terms", (value) => {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isPage = url?.username === "" && url.password === "" && /^https?:$/.test(url.protocol)
  return isPage && url.href.length <= pageCharactersMax ? url : undefined
})

/** Where something is sent: `http://127.0.0.1:4318`, perhaps with a path. */
export const endpoint: Form<URL> = plain("a URL such as http://127.0.0.1:4318", (value) => {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isPlain = url?.username === "" && url.password === "" && url.search === "" && url.hash === ""
  return isPlain && /^https?:$/.test(url.protocol) ? url : undefined
})

/** Where Sentry takes events. It holds a key, so it is a secret. */
export const sentryDsn: Form<Redacted.Redacted> = {
  description: "a DSN such as https://key@sentry.example.com/1",
  read: (value) => readDsn(value) === undefined ? undefined : Redacted.make(value),
  secret: true
}

/** Origins by comma, as browsers write them. */
export const origins: Form<ReadonlyArray<string>> = plain(
  "origins such as https://app.example.com, separated by commas",
  (value) => {
    const all = value.split(",").map((each) => each.trim())
    return all.every((each) => originOf(each)?.origin === each) ? all : undefined
  }
)

/** `2026-02-03T23:59:30.000Z`. */
export const instant: Form<Instant> = plain("an instant such as 2026-02-03T23:59:30.000Z", parseInstant)

/** A connection URL of PostgreSQL. It holds a password, so it is a secret. */
export const databaseUrl: Form<Redacted.Redacted> = {
  description: "a URL such as postgres://user:password@host:5432/database",
  read: (value) => {
    const url = Redacted.make(value)
    return readConnectionUrl(url) === undefined ? undefined : url
  },
  secret: true
}

/** A mail server (`SmtpUrl`). It may hold a password, so it is a secret. */
export const smtpUrl: Form<Redacted.Redacted> = {
  description: "a URL such as smtps://user:password@mail.example.com",
  read: (value) => {
    const url = Redacted.make(value)
    return Result.isSuccess(readSmtpUrl(url)) ? url : undefined
  },
  secret: true
}

/** Whom a mail is from: `Daily Dollar Draw <hello@example.com>`, or the address alone. */
export const sender: Form<string> = plain(
  "a mail address such as Daily Dollar Draw <hello@example.com>",
  (value) => Result.isSuccess(readSender(value)) ? value : undefined
)

/** Relays of drand by comma, tried in this order. Their addresses may have a path. */
export const relays: Form<ReadonlyArray<URL>> = plain(
  "URLs such as https://api.drand.sh, separated by commas",
  (value) => {
    const all = value.split(",").map((each) => each.trim())
    const urls = all.filter((each) => URL.canParse(each)).map((each) => new URL(each))
      .filter(({ hash, protocol, search }) => /^https?:$/.test(protocol) && search === "" && hash === "")
    return urls.length === all.length ? urls : undefined
  }
)

/** Beacons' chains, newest first, as a relay's `/info` tells them (`ChainParameters`). */
export const chains: Form<ReadonlyArray<ChainInfo>> = {
  ...plain(
    "the JSON that GET <relay>/<chain hash>/info answers, or quicknet; or a JSON array of these",
    (value) => Result.getOrUndefined(readChains(value))
  ),
  fault: (value) => Result.match(readChains(value), { onFailure: ({ reason }) => reason, onSuccess: () => "" })
}

/** Limits of requests (`core/accounts/RequestLimits`): those that are not the defaults; or none at all. */
export const requestLimits: Form<RequestLimits | "off"> = {
  ...plain(
    "limits such as credentials=30/60s,buy-user=100/60s, or off",
    (value) => Result.getOrUndefined(readRequestLimits(value))
  ),
  fault: (value) => Result.match(readRequestLimits(value), { onFailure: (why) => why, onSuccess: () => "" })
}

/** What a shop's products are worth (`ProductCatalog`): `{"funds_5": "5.00"}`. */
export const productCatalog: Form<ProductCatalog> = {
  ...plain(
    "a JSON object from product ids to amounts, such as {\"funds_5\": \"5.00\"}",
    (value) => Result.getOrUndefined(readProductCatalog(value))
  ),
  fault: (value) => Result.match(readProductCatalog(value), { onFailure: ({ reason }) => reason, onSuccess: () => "" })
}

/** From which amount on prizes are reported (`PrizeReport`). */
export const prizeThresholds: Form<PrizeThresholds> = plain(
  "an amount such as 2000.00, or amounts by day such as 2025-01-01=600.00,2026-01-01=2000.00, oldest first",
  parseThresholds
)
