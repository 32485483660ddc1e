/**
 * Whether a mail server takes addresses with letters outside ASCII before the `@` (SMTPUTF8, RFC 6531).
 *
 * nodemailer sends such an address to any server, as bytes that one without the extension may take for another address. So it is asked
 * first, on a connection that does nothing else: few players have one.
 */
import type { MailRefused } from "@ddd/core/ports/Mailer"
import type { Unavailable } from "@ddd/core/ports/Unavailable"
import { Effect } from "effect"
import SMTPConnection, { type SMTPConnectionOptions } from "nodemailer/lib/smtp-connection"
import { smtpFailure } from "./SmtpFailure.ts"

/** Asks a server; fails as a mail to it would where it does not answer. */
export const knowsSmtpUtf8 = (options: SMTPConnectionOptions): Effect.Effect<boolean, MailRefused | Unavailable> =>
  Effect.callback((resume) => {
    const failed = (error: unknown) => resume(Effect.fail(smtpFailure(error)))
    const connection = new SMTPConnection(options)
    connection.on("error", failed)
    connection.once("end", failed)
    connection.connect(() => {
      // the answer to EHLO: the last one before this
      const extensions = String(connection.lastServerResponse)
      resume(Effect.succeed(/^250[ -]SMTPUTF8\b/im.test(extensions)))
      connection.quit()
    })
    return Effect.sync(() => connection.close())
  })
