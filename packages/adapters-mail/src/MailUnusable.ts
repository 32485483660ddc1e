/** Why the settings of mail cannot be used. */
import { Data } from "effect"

/** `variable` is the name of the variable, `reason` completes "…: "; neither holds anything of a secret. */
export class MailUnusable extends Data.TaggedError("MailUnusable")<{
  readonly variable: "SMTP_URL" | "MAIL_FROM"
  readonly reason: string
}> {
  override get message() {
    return `${this.variable}: ${this.reason}`
  }
}
