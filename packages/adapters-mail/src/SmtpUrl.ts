/**
 * SMTP_URL: where mail is handed over, and how it is kept private on the way.
 *
 * - `smtps://user:password@mail.example.com` speaks TLS from the first byte (port 465).
 * - `smtp://user:password@mail.example.com` begins in the open and goes over to TLS before anything is said (STARTTLS, port 587).
 *   A server that offers no TLS gets no mail: reset links are in it. Two exceptions: a server on this machine, and
 *   `?tls=off`, for a relay that stands in one's own network.
 *
 * Certificates are always verified.
 */
import { Redacted, Result } from "effect"
import { MailUnusable } from "./MailUnusable.ts"

export interface SmtpServer {
  readonly host: string
  readonly port: number
  readonly tls: "from the start" | "required" | "off"
  readonly credentials: { readonly user: string; readonly password: Redacted.Redacted } | null
}

const isThisMachine = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host)

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** Reads SMTP_URL; a part that it does not know is an error, never ignored. */
export const readSmtpUrl = (text: Redacted.Redacted): Result.Result<SmtpServer, MailUnusable> => {
  const unusable = (reason: string) => Result.fail(new MailUnusable({ variable: "SMTP_URL", reason }))
  if (!URL.canParse(Redacted.value(text))) return unusable("is not a URL")
  const url = new URL(Redacted.value(text))
  if (url.protocol !== "smtp:" && url.protocol !== "smtps:") return unusable("must begin with smtps:// or smtp://")
  if (url.hostname === "") return unusable("names no host")
  if ((url.pathname !== "" && url.pathname !== "/") || url.hash !== "") return unusable("has a path or a fragment")
  const secure = url.protocol === "smtps:"
  const options = [...url.searchParams].map(([name, value]) => `${name}=${value}`)
  if (options.some((option) => secure || option !== "tls=off")) {
    return unusable("may end with nothing but ?tls=off, and that only after smtp://")
  }
  const user = decoded(url.username)
  const password = decoded(url.password)
  if (user === undefined || password === undefined) {
    return unusable("has a stray % in user or password: write it as %25")
  }
  if (user === "" && password !== "") return unusable("has a password and no user")
  const host = url.hostname.replace(/^\[|\]$/g, "")
  const open = options.length > 0 || isThisMachine(host)
  return Result.succeed({
    host,
    port: url.port === "" ? (secure ? 465 : 587) : Number(url.port),
    tls: secure ? "from the start" : open ? "off" : "required",
    credentials: user === "" ? null : { user, password: Redacted.make(password) }
  })
}
