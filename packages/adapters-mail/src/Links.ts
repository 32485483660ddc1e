/**
 * The pages that mails lead to.
 *
 * `/verify-email?token=…&account=…` names the account, and shows a button that sends the token to POST `/auth/verify-email`;
 * `/reset-password?token=…` asks for a new password and sends both to POST `/auth/reset-password/confirm`; without a token it asks for the address to mail one to.
 * `/verify?draw=…` checks a draw, named by its day or, in a room, by its id; `/` is the draw on sale.
 * Opening a link changes nothing by itself: programs that look at mails open links too.
 */
import type { DrawId } from "@ddd/core/values/Ids"
import type { Day } from "@ddd/core/values/Instant"
import { Redacted } from "effect"

export interface Links {
  /** `username` of the account whose address it becomes: the page names it. */
  readonly verifyEmail: (token: Redacted.Redacted, username: string) => string
  readonly resetPassword: (token: Redacted.Redacted) => string
  /** Where a reset is asked for. */
  readonly askReset: string
  /** Where a draw that is over is checked. */
  readonly verifyDraw: (draw: Day | DrawId) => string
  /** The site itself. */
  readonly home: string
}

/** `publicUrl` is an origin, PUBLIC_URL. */
export const linksOf = (publicUrl: string): Links => {
  const page = (path: string, query: Readonly<Record<string, string>> = {}): string => {
    const url = new URL(path, publicUrl)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    return url.href
  }
  return {
    verifyEmail: (token, account) => page("/verify-email", { token: Redacted.value(token), account }),
    resetPassword: (token) => page("/reset-password", { token: Redacted.value(token) }),
    askReset: page("/reset-password"),
    verifyDraw: (draw) => page("/verify", { draw }),
    home: new URL(publicUrl).origin
  }
}
