/**
 * What a failed hand-over means for the mail.
 *
 * Refused for good is only what the server said of this recipient or this content (RFC 5321, 4.2.1: 5yz). A server that refuses
 * us (our password, our sender, our TLS) refuses every mail alike: those wait until somebody has mended it.
 *
 * The server's own words are dropped: they tend to quote the address. Its codes remain.
 */
import { MailRefused } from "@ddd/core/ports/Mailer"
import { Unavailable } from "@ddd/core/ports/Unavailable"

/** What is read of an error of nodemailer. */
interface SmtpError {
  readonly code: string | undefined
  readonly command: string | undefined
  readonly responseCode: number | undefined
  readonly response: string | undefined
}

const smtpErrorOf = (error: unknown): SmtpError => {
  const { code, command, response, responseCode }: Readonly<Record<string, unknown>> = { ...Object(error) }
  return {
    code: typeof code === "string" ? code : undefined,
    command: typeof command === "string" ? command : undefined,
    responseCode: typeof responseCode === "number" ? responseCode : undefined,
    response: typeof response === "string" ? response : undefined
  }
}

/** "550 5.1.1 to RCPT TO", or what broke before the server could say anything. */
const said = ({ code, command, response, responseCode }: SmtpError): string => {
  if (responseCode === undefined) return code ?? "an unknown failure"
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\s/.exec(response ?? "")?.[1]
  return [responseCode, enhanced, command === undefined ? undefined : `to ${command}`]
    .filter((part) => part !== undefined).join(" ")
}

const isOfThisMail = ({ code, command, responseCode }: SmtpError): boolean =>
  responseCode === undefined
    // nodemailer did not even ask: the server cannot be told such an address
    ? code === "EENVELOPE"
    // 503: the session was out of step, which the mail is not to blame for
    : responseCode >= 500 && responseCode !== 503 && (command === "RCPT TO" || command === "DATA")

/** Seconds: a server that puts a mail off (greylisting) wants to be asked again a few minutes later, not at once. */
const afterDeferral = 120
const afterFailure = 15

/** What the server answered, or what broke before it could: "535 5.7.8", "ESOCKET". Its own words are not in it. */
export const smtpWords = (error: unknown): string => said(smtpErrorOf(error))

export const smtpFailure = (error: unknown): MailRefused | Unavailable => {
  const failure = smtpErrorOf(error)
  if (isOfThisMail(failure)) {
    return new MailRefused({
      reason: failure.responseCode === undefined
        ? "it has no address that mail can be sent to"
        : `the mail server answered ${said(failure)}`
    })
  }
  const deferred = failure.responseCode !== undefined && failure.responseCode < 500
  return new Unavailable({
    message: `the mail server did not take the mail: ${said(failure)}`,
    retryAfter: deferred ? afterDeferral : afterFailure
  })
}
