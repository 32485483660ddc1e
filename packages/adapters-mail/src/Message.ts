/** A mail in nodemailer's terms: the same whether it is sent or written to a file. */
import { asciiAddress } from "@ddd/core/accounts/EmailAddress"
import { type Mail, MailRefused } from "@ddd/core/ports/Mailer"
import { Effect, Result } from "effect"
import { createHash } from "node:crypto"
import { createTransport, type SendMailOptions } from "nodemailer"
import { MailUnusable } from "./MailUnusable.ts"

/** MAIL_FROM: whom all mail is from. */
export interface Sender {
  readonly name: string
  readonly address: string
  readonly domain: string
}

/** One address with no other syntax of RFC 5322 in it: where nodemailer would read two, or a name, there is none. */
const address = String.raw`[^\s\p{C}@<>()[\]\\,;:"]+@([^\s\p{C}@<>()[\]\\,;:"]+)`
const addressForm = new RegExp(`^${address}$`, "u")
const senderForm = new RegExp(`^([^\\p{C}@<>",;]+) <(${address})>$`, "u")

/** Reads `Daily Dollar Draw <hello@example.com>`, or the address alone. */
export const readSender = (text: string): Result.Result<Sender, MailUnusable> => {
  const [, name = "", address = text, domain] = senderForm.exec(text) ?? ["", "", text, addressForm.exec(text)?.[1]]
  return domain === undefined
    ? Result.fail(
      new MailUnusable({ variable: "MAIL_FROM", reason: "must be one address, such as Draws <hello@example.com>" })
    )
    : Result.succeed({ name, address, domain })
}

/** A name for a mail that any header and any file system takes: the same for the same `messageId`. */
export const letterId = ({ messageId }: Mail): string =>
  createHash("sha256").update(messageId).digest("hex").slice(0, 32)

/** `to` has the form of an address. */
const message = (sender: Sender, to: string, mail: Mail): SendMailOptions => ({
  from: { name: sender.name, address: sender.address },
  to: { name: "", address: to },
  envelope: { from: sender.address, to: [to] },
  subject: mail.subject,
  text: mail.text,
  html: mail.html,
  messageId: `<${letterId(mail)}@${sender.domain}>`,
  headers: {
    // RFC 3834: nobody's absence note answers us
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All"
  },
  xMailer: false,
  disableFileAccess: true,
  disableUrlAccess: true
})

/** The mail as nodemailer takes it; refused unless it goes to one address. */
export const messageOf = (sender: Sender, mail: Mail): Effect.Effect<SendMailOptions, MailRefused> =>
  addressForm.test(mail.to)
    // every server takes the domain in ASCII
    ? Effect.succeed(message(sender, asciiAddress(mail.to) ?? mail.to, mail))
    : Effect.fail(new MailRefused({ reason: "it has no address that mail can be sent to" }))

const composer = createTransport({ streamTransport: true, buffer: true })

/** The mail as it goes over the wire (RFC 5322): what an `.eml` file holds. */
export const composed = async (message: SendMailOptions): Promise<Uint8Array> => {
  const { message: eml } = await composer.sendMail(message)
  if (!(eml instanceof Uint8Array)) throw new Error("a composer that buffers gives the bytes of the mail")
  return eml
}
