/** Mail handed to an SMTP server, over a few connections that stay open between mails. */
import { asciiAddress } from "@ddd/core/accounts/EmailAddress"
import { type Mail, Mailer, MailRefused } from "@ddd/core/ports/Mailer"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import { Effect, Layer, Redacted } from "effect"
import { createTransport } from "nodemailer"
import type { MailUnusable } from "./MailUnusable.ts"
import { messageOf, readSender } from "./Message.ts"
import { smtpFailure, smtpWords } from "./SmtpFailure.ts"
import { readSmtpUrl, type SmtpServer } from "./SmtpUrl.ts"
import { knowsSmtpUtf8 } from "./SmtpUtf8.ts"

/** How long a server may take, in milliseconds. */
export interface Patience {
  /** For the connection, and again for its greeting. */
  readonly connectMillis: number
  /** Without a word from it. */
  readonly silenceMillis: number
  /** For one mail, waiting for a free connection included. */
  readonly mailMillis: number
}

const defaultPatience: Patience = { connectMillis: 10_000, silenceMillis: 30_000, mailMillis: 60_000 }

export interface MailerSmtpConfig {
  /** SMTP_URL. */
  readonly url: Redacted.Redacted
  /** MAIL_FROM. */
  readonly from: string
  readonly patience?: Patience
}

const connectionsMax = 4
const mailsPerConnection = 100
/** Servers hang up on the idle after a few minutes (RFC 5321, 4.5.3.2: five); we go first. */
const idleMillis = 60_000

const connectionTo = (server: SmtpServer, patience: Patience) => ({
  host: server.host,
  port: server.port,
  secure: server.tls === "from the start",
  requireTLS: server.tls === "required",
  ignoreTLS: server.tls === "off",
  connectionTimeout: patience.connectMillis,
  dnsTimeout: patience.connectMillis,
  greetingTimeout: patience.connectMillis,
  socketTimeout: patience.silenceMillis
})

const loginTo = ({ credentials }: SmtpServer) =>
  credentials === null ? {} : { auth: { user: credentials.user, pass: Redacted.value(credentials.password) } }

const open = (server: SmtpServer, patience: Patience) =>
  createTransport({
    pool: true,
    ...connectionTo(server, patience),
    ...loginTo(server),
    maxConnections: connectionsMax,
    maxMessages: mailsPerConnection,
    maxRequeues: 1,
    idleTimeout: idleMillis
  })

/** Refuses a mail to an address that the server cannot be told. */
const requireTakenAddress = (server: SmtpServer, patience: Patience, { to }: Mail) =>
  asciiAddress(to) !== undefined
    ? Effect.void
    : knowsSmtpUtf8(connectionTo(server, patience)).pipe(
      Effect.filterOrFail(
        (isKnown) => isKnown,
        () => new MailRefused({ reason: "the mail server takes no address with letters outside ASCII before the @" })
      )
    )

/** Connects at the first mail. An interrupted `send` leaves the queue, or cuts its connection. */
export const layer = (
  { from, patience = defaultPatience, url }: MailerSmtpConfig
): Layer.Layer<Mailer, MailUnusable> =>
  Layer.effect(
    Mailer,
    Effect.gen(function*() {
      const server = yield* Effect.fromResult(readSmtpUrl(url))
      const sender = yield* Effect.fromResult(readSender(from))
      const transport = yield* Effect.acquireRelease(
        Effect.sync(() => open(server, patience)),
        (transport) => Effect.sync(() => transport.close())
      )
      return Mailer.of({
        send: Effect.fn("MailerSmtp.send")(
          function*(mail) {
            const message = yield* messageOf(sender, mail)
            yield* requireTakenAddress(server, patience, mail)
            yield* Effect.tryPromise({
              try: (signal) => transport.sendMail({ ...message, signal }),
              catch: smtpFailure
            })
          },
          Effect.timeoutOrElse({
            duration: patience.mailMillis,
            orElse: () =>
              Effect.fail(new Unavailable({ message: "the mail server took too long for the mail", retryAfter: 15 }))
          })
        )
      })
    })
  )

/**
 * Whether the mail server would take our mail, as far as it says so before one: it greets, speaks TLS where it must, and knows our password.
 * Sends nothing. Gives what it answered instead, or what broke; null where all is well.
 */
export const check = (url: Redacted.Redacted, patience: Patience = defaultPatience) =>
  Effect.gen(function*() {
    const server = yield* Effect.fromResult(readSmtpUrl(url))
    const transport = createTransport({ ...connectionTo(server, patience), ...loginTo(server) })
    return yield* Effect.tryPromise({ try: () => transport.verify(), catch: smtpWords }).pipe(
      Effect.match({ onFailure: (words) => words, onSuccess: () => null }),
      Effect.ensuring(Effect.sync(() => transport.close()))
    )
  })
