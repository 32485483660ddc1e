/**
 * The pages that mails lead to.
 *
 * `/verify-email?token=…` shows a button that sends the token to POST `/auth/verify-email`; `/reset-password?token=…` asks for a
 * new password and sends both to POST `/auth/reset-password/confirm`; without a token it asks for the address to mail one to.
 * Opening a link changes nothing by itself: programs that look at mails open links too.
 */
import { Redacted } from "effect"

export interface Links {
  readonly verifyEmail: (token: Redacted.Redacted) => string
  readonly resetPassword: (token: Redacted.Redacted) => string
  /** Where a reset is asked for. */
  readonly askReset: string
  /** The site itself. */
  readonly home: string
}

/** `publicUrl` is an origin, PUBLIC_URL. */
export const linksOf = (publicUrl: string): Links => {
  const page = (path: string, token?: Redacted.Redacted): string => {
    const url = new URL(path, publicUrl)
    if (token !== undefined) url.searchParams.set("token", Redacted.value(token))
    return url.href
  }
  return {
    verifyEmail: (token) => page("/verify-email", token),
    resetPassword: (token) => page("/reset-password", token),
    askReset: page("/reset-password"),
    home: new URL(publicUrl).origin
  }
}
