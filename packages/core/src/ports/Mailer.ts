/** Port: hands a mail to whatever delivers it. */
import { Context, Data, type Effect } from "effect"
import type { Unavailable } from "./Unavailable.ts"

/** One mail to one address. `text` and `html` may hold a link that opens an account: they are never logged. */
export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** The same at each attempt of one mail and in no other, so that a repeat is recognisable; any text. */
  readonly messageId: string
}

/**
 * This mail will not be taken, however often it is tried: there is no such address, or the server refused it for good.
 * The reason names no address: it is kept where an erased person must leave nothing.
 */
export class MailRefused extends Data.TaggedError("MailRefused")<{ readonly reason: string }> {
  override get message() {
    return `The mail was refused for good: ${this.reason}`
  }
}

export class Mailer extends Context.Service<Mailer, {
  /**
   * Succeeds once the mail was taken over for delivery. After `Unavailable` it may have been taken all the same (the answer
   * was lost): a mail is sent at least once, under one `messageId`.
   */
  readonly send: (mail: Mail) => Effect.Effect<void, MailRefused | Unavailable>
}>()("@ddd/core/ports/Mailer") {}
