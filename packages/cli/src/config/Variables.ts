/**
 * Every variable of the environment that the program reads, declared in one place (docs/design.md, "Configuration").
 *
 * `ddd config` prints this table.
 *
 * Over 300 lines: it is one table.
 */
import { addressSources } from "@ddd/core/accounts/ClientAddress"
import { roomPrizeHoldDays } from "@ddd/core/ports/RoomPrizeHold"
import {
  address,
  chains,
  databaseUrl,
  days,
  endpoint,
  flag,
  type Form,
  headerName,
  instant,
  money,
  moneyOrNone,
  name,
  networks,
  oneOf,
  operator,
  origin,
  origins,
  page,
  placeList,
  port,
  prizeThresholds,
  productCatalog,
  relays,
  requestLimits,
  seconds,
  secret,
  secrets,
  sender,
  sentryDsn,
  smtpUrl,
  text,
  tickets,
  years
} from "./Form.ts"

/**
 * What a command works with, and so which variables production must give it: the database alone, the draws and their keys,
 * the accounts and theirs, or the whole server.
 */
export type Need = "database" | "draws" | "accounts" | "server"

/** All that the server works with. */
export const everyNeed: ReadonlyArray<Need> = ["database", "draws", "accounts", "server"]

export interface Variable<A> {
  readonly form: Form<A>
  /** One line: what it is for. */
  readonly help: string
  /** The text that holds where it is not set. */
  readonly fallback?: string
  /** What holds then, in words, where it is not a text. */
  readonly otherwise?: string
  /** Production has to set it, for commands that need this. */
  readonly requiredFor?: Need
}

interface Options {
  readonly otherwise?: string
  readonly requiredFor?: Need
}

const defaulting = <A>(form: Form<A>, fallback: string, help: string, options: Options = {}): Variable<A> => ({
  form,
  help,
  fallback,
  ...options
})

const optional = <A>(form: Form<A>, help: string, options: Options = {}): Variable<A | undefined> => ({
  form,
  help,
  ...options
})

/** Said of the secrets that development keeps in the data folder. */
export const madeInDevelopment = "made on the first start"

export const variables = {
  NODE_ENV: defaulting(
    oneOf("development", "production", "test"),
    "development",
    "production asks for everything that development makes up"
  ),
  PORT: defaulting(port, "8080", "where the server listens; 0 for any free port"),
  HOST: defaulting(address, "127.0.0.1", "the address it listens on"),
  PUBLIC_URL: optional(origin, "where clients reach it", {
    otherwise: "http://localhost:PORT",
    requiredFor: "server"
  }),
  ENGINE: defaulting(
    oneOf("node", "uws"),
    "node",
    "the HTTP server: our own on Node's sockets, or uWebSockets.js, behind a proxy that checks requests"
  ),
  TRUSTED_PROXIES: optional(
    networks,
    "the proxies whose word about a client's address is taken: their addresses or networks, by comma",
    { otherwise: "none" }
  ),
  CLIENT_ADDRESS_FROM: defaulting(
    oneOf(...addressSources),
    addressSources[0],
    "the one way in which those proxies give it; what else says so is the client's own word"
  ),
  TLS_CERT: optional(
    text,
    "the file of the certificate that the server itself speaks TLS with, and its chain, in PEM",
    {
      otherwise: "HTTP in the open"
    }
  ),
  TLS_KEY: optional(text, "the file of its key, in PEM without a passphrase; both are read again on SIGHUP", {
    otherwise: "HTTP in the open"
  }),
  DRAIN_DELAY: optional(
    seconds,
    "for so many seconds a server that stops still serves, and /readyz says that it is about to",
    { otherwise: "5 in production, else 0" }
  ),
  DATA_DIR: optional(text, "the folder of the embedded PostgreSQL and of the development secrets", {
    otherwise: ".data in the project's folder"
  }),
  PROOF_DIR: optional(
    text,
    "the folder where it is remembered what was sold and signed: on a disk that is not put back together with the database",
    { otherwise: "proof in DATA_DIR" }
  ),
  LOG_LEVEL: defaulting(
    oneOf("trace", "debug", "info", "warn", "error", "fatal", "none"),
    "info",
    "the least that is logged"
  ),

  METRICS_PORT: optional(port, "where Prometheus asks for /metrics; 0 for any free port", { otherwise: "off" }),
  METRICS_HOST: defaulting(address, "127.0.0.1", "the address where it asks, which clients should not reach"),
  OTEL_EXPORTER_OTLP_ENDPOINT: optional(
    endpoint,
    "where traces and figures are sent, by OpenTelemetry's OTLP over HTTP",
    {
      otherwise: "off"
    }
  ),
  SENTRY_DSN: optional(sentryDsn, "the Sentry project that is told of errors", { otherwise: "off" }),

  DATABASE_URL: optional(databaseUrl, "the PostgreSQL of the application, as a role that owns nothing", {
    otherwise: "embedded, in DATA_DIR",
    requiredFor: "database"
  }),
  DATABASE_OWNER_URL: optional(databaseUrl, "the same as the role that owns the tables: migrates", {
    otherwise: "DATABASE_URL in development, else nothing is migrated"
  }),
  DATABASE_DIRECT_URL: optional(databaseUrl, "the same without a pooler between, to listen for changes", {
    otherwise: "DATABASE_URL"
  }),

  TICKET_SEAL_SECRET: optional(secret, "seals tickets", { otherwise: madeInDevelopment, requiredFor: "draws" }),
  TICKET_SEAL_SECRET_KEY_ID: defaulting(text, "1", "the name of that secret, stored with every ticket"),
  TICKET_SEAL_SECRET_PREVIOUS: optional(secret, "every earlier one, as id:secret, by comma; never dropped", {
    otherwise: "none"
  }),
  SEED_KEY: optional(secret, "encrypts the seeds of undrawn draws", {
    otherwise: madeInDevelopment,
    requiredFor: "draws"
  }),
  SEED_KEY_KEY_ID: defaulting(text, "1", "the name of that key, stored with every seed"),
  SEED_KEY_PREVIOUS: optional(secret, "every earlier one, as id:secret, by comma; never dropped", {
    otherwise: "none"
  }),
  LOG_ORIGIN: optional(text, "the name under which the records are signed, such as draws.example.com", {
    otherwise: "ddd.localhost",
    requiredFor: "draws"
  }),
  LOG_SIGNING_KEYS: optional(secret, "the Ed25519 seeds that sign the records, base64url, by comma, oldest first", {
    otherwise: madeInDevelopment,
    requiredFor: "draws"
  }),
  JWT_PRIVATE_KEYS: optional(
    secret,
    "the Ed25519 seeds that sign access tokens, as id:seed, by comma; the first signs",
    {
      otherwise: madeInDevelopment,
      requiredFor: "server"
    }
  ),
  REFRESH_KEY: optional(
    secret,
    "what the successors of refresh tokens, mailed links and pseudonyms derive from",
    {
      otherwise: madeInDevelopment,
      requiredFor: "accounts"
    }
  ),
  REFRESH_KEY_KEY_ID: defaulting(text, "1", "the name of that key; a new key needs a new one"),
  INTERNAL_API_TOKEN: optional(secrets, "what our own machines show to credit wallets; several by comma", {
    otherwise: madeInDevelopment,
    requiredFor: "server"
  }),

  BEACON: defaulting(
    oneOf("none", "drand", "dev"),
    "none",
    "the public randomness that joins the seed: drand's; dev is a development beacon, secret to nobody",
    { requiredFor: "draws" }
  ),
  DRAND_URLS: optional(
    relays,
    "drand's relays, by comma, asked for every chain; the first that answers rightly counts",
    {
      otherwise: "those of the League of Entropy"
    }
  ),
  DRAND_CHAIN: optional(
    chains,
    "the chain that new draws name, as GET <relay>/<chain hash>/info tells it; a JSON array: and then those of draws of before",
    {
      otherwise: "quicknet"
    }
  ),
  ALLOW_NO_BEACON: optional(oneOf("yes"), "production may draw without a beacon"),

  REVENUECAT_WEBHOOK_AUTH: optional(
    secrets,
    "what RevenueCat shows as Authorization when it tells of purchases; several by comma",
    {
      otherwise: "the webhook answers 503"
    }
  ),
  REVENUECAT_SIGNING_SECRET: optional(secret, "what RevenueCat signs that with, where it does", {
    otherwise: "signatures are not asked for"
  }),
  PRODUCT_CATALOG: optional(
    productCatalog,
    "what the shop's products are worth, as JSON: {\"funds_5\": \"5.00\"}",
    { otherwise: "no products" }
  ),
  CHECKOUT_RETURN_URL: optional(
    page,
    "has players pay in on Stripe's page (STRIPE_SECRET_KEY): where they come back to from it, such as PUBLIC_URL/play",
    { otherwise: "POST /wallet/checkout answers 503" }
  ),
  STRIPE_SECRET_KEY: optional(secret, "pays withdrawals out by Stripe Connect", {
    otherwise: "payouts are simulated, off in production"
  }),
  STRIPE_WEBHOOK_SECRET: optional(secrets, "what Stripe signs its webhooks with; several by comma", {
    otherwise: "Stripe is asked instead of telling"
  }),
  STRIPE_API_BASE: defaulting(origin, "https://api.stripe.com", "where Stripe is asked"),
  WITHDRAW_DEPOSITS: defaulting(flag, "false", "true: purchased credit may be withdrawn, not winnings alone"),
  MAX_TICKETS_PER_DRAW: optional(tickets, "the most tickets of a day's draw that one player may have", {
    otherwise: "any number"
  }),
  ROOM_PRIZE_HOLD: defaulting(
    days,
    String(roomPrizeHoldDays),
    "for so many days the prize of a room rests before it can be withdrawn; 0: not at all"
  ),
  PRIZE_REPORT_FROM: defaulting(
    prizeThresholds,
    "2025-01-01=600.00,2026-01-01=2000.00",
    "prizes from this amount on are listed by ddd report prizes; by the day from which it holds, where the law changed it"
  ),

  KYC_WEBHOOK_SECRET: optional(
    secrets,
    "what who checks identities signs its messages with; several by comma, while one replaces the other",
    { otherwise: "the webhook answers 503" }
  ),
  KYC_ABOVE: optional(
    moneyOrNone,
    "who withdraws more than this in all is verified first; 0.00: before anything is withdrawn",
    { otherwise: "nobody has to be" }
  ),
  PRIZE_HOLD_KYC: defaulting(
    flag,
    "false",
    "true: prizes from PRIZE_REPORT_FROM on, of who is not verified, cannot be withdrawn until they are"
  ),

  GEO_DB: optional(text, "the file that says where addresses are: countries or cities in MaxMind's form, .mmdb", {
    otherwise: "nobody's country is looked up"
  }),
  GEO_HEADER: optional(
    headerName,
    "the header by which the trusted proxies name the country instead, such as CF-IPCountry",
    { otherwise: "none is read" }
  ),
  ALLOWED_COUNTRIES: optional(
    placeList,
    "where play is offered: countries and regions such as US-NY,CA, by comma; unknown: also where it cannot be told",
    { otherwise: "everywhere" }
  ),
  BLOCKED_COUNTRIES: optional(placeList, "or where it is not, in the same form", { otherwise: "nowhere" }),
  MIN_AGE: optional(years, "the age from which on one may play; players say when they were born then", {
    otherwise: "nobody is asked their age"
  }),

  OPERATOR_NAME: optional(name, "who runs this server, as the app at /play says it", { otherwise: "not said" }),
  OPERATOR_URL: optional(page, "the operator's page", { otherwise: "not said" }),
  TERMS_URL: optional(page, "the page of the terms that players agree to", { otherwise: "not said" }),
  HELP_URL: optional(page, "the page where players are helped, also with play that is too much", {
    otherwise: "not said"
  }),

  FOUR_EYES_ABOVE: optional(
    money,
    "money that is credited, corrected or given back by hand above this waits for another operator's `ddd approve`",
    { otherwise: "nobody else is asked" }
  ),
  DDD_OPERATOR: optional(operator, "who runs a command of `ddd`, as it is written down with what they did", {
    otherwise: "the account on this machine"
  }),

  SMTP_URL: optional(smtpUrl, "the server that takes our mail", {
    otherwise: "files in DATA_DIR/mail",
    requiredFor: "server"
  }),
  MAIL_FROM: optional(sender, "whom our mail is from, such as Daily Dollar Draw <hello@example.com>", {
    otherwise: "Daily Dollar Draw <no-reply@HOST>, HOST that of PUBLIC_URL"
  }),

  EXPO_ACCESS_TOKEN: optional(
    secret,
    "sends push notifications by Expo: an access token of the app's project, where push security is on",
    { otherwise: "files in DATA_DIR/push, none in production" }
  ),
  EXPO_API_BASE: defaulting(origin, "https://exp.host", "where Expo is asked"),

  RATE_LIMITS: optional(
    requestLimits,
    "how many requests a network and a player may send, such as credentials=30/60s,buy-user=100/60s; off: any number",
    { otherwise: "those of docs/api.md" }
  ),
  CORS_ORIGINS: optional(origins, "the origins whose web pages may call, by comma", { otherwise: "none" }),
  ALLOW_INSECURE_DEV: optional(oneOf("yes"), "development may listen on addresses that others reach"),
  DEV_CLOCK_START: optional(instant, "development: the clock of a new data folder begins here", { otherwise: "off" })
} as const satisfies Readonly<Record<string, Variable<unknown>>>

export type VariableName = keyof typeof variables

export const variableNames = Object.keys(variables) as ReadonlyArray<VariableName>

/** The values by the names of their variables; `undefined` where one is not set and has no default. */
export type Settings = {
  readonly [N in VariableName]: (typeof variables)[N] extends Variable<infer A> ? A : never
}
