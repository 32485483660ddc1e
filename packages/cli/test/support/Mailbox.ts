/** A mail server that takes every mail and keeps it, or refuses it for good, as players' own servers would. */
import { Effect, type Scope } from "effect"
import type { AddressInfo } from "node:net"
import { SMTPServer } from "smtp-server"
import { eventually } from "./Ddd.ts"

export interface Mail {
  readonly to: string
  /** Headers and parts, with quoted-printable undone. */
  readonly text: string
}

export interface Mailbox {
  /** For SMTP_URL. */
  readonly url: string
  /** What came for an address until now, oldest first. */
  readonly to: (address: string) => ReadonlyArray<Mail>
  /** Waits until so many mails with a link of this kind have come for an address, and gives the token of the newest. */
  readonly token: (address: string, kind: LinkKind, count?: number) => Effect.Effect<string>
  /** From now on mails are taken, but not acknowledged before `release`; `arrived` waits for one. */
  readonly hold: Effect.Effect<{ readonly arrived: Effect.Effect<void>; readonly release: Effect.Effect<void> }>
  /** From now on no mailbox is known, until `accept`. */
  readonly refuse: Effect.Effect<{ readonly accept: Effect.Effect<void> }>
  /** Waits until a mail for the address holds the text. */
  readonly saying: (address: string, text: string) => Effect.Effect<Mail>
}

export type LinkKind = "verify-email" | "reset-password"

const unquoted = (text: string): string =>
  text.replace(/=\r?\n/g, "").replace(
    /=([0-9A-F]{2})/g,
    (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))
  )

const linkToken = (kind: LinkKind) => new RegExp(`/${kind}[?#]token=([\\w-]{43})`)

/** Listens on a free port of this machine until the scope ends. */
export const openMailbox: Effect.Effect<Mailbox, never, Scope.Scope> = Effect.gen(function*() {
  const mails: Array<Mail> = []
  const held: Array<() => void> = []
  let holding = false
  let refusing = false
  const server = yield* Effect.acquireRelease(
    Effect.callback<SMTPServer>((resume) => {
      const smtp = new SMTPServer({
        authOptional: true,
        disabledCommands: ["STARTTLS"],
        onRcptTo: ({ address }, _, taken) =>
          taken(refusing ? Object.assign(new Error(`5.1.1 no mailbox ${address}`), { responseCode: 550 }) : null),
        onData: (stream, session, taken) => {
          const chunks: Array<Buffer> = []
          stream.on("data", (chunk: Buffer) => chunks.push(chunk))
          stream.on("end", () => {
            const text = unquoted(Buffer.concat(chunks).toString())
            for (const { address } of session.envelope.rcptTo) mails.push({ to: address, text })
            if (holding) held.push(() => taken())
            else taken()
          })
        }
      })
      smtp.listen(0, "127.0.0.1", () => resume(Effect.succeed(smtp)))
    }),
    (smtp) => Effect.callback<void>((resume) => smtp.close(() => resume(Effect.void)))
  )
  const address = server.server.address() as AddressInfo
  const to = (address: string) => mails.filter((mail) => mail.to === address)
  const mailbox: Mailbox = {
    url: `smtp://127.0.0.1:${address.port}`,
    to,
    token: (address, kind, count = 1) =>
      eventually(
        `${count} mails to ${address} with a link to ${kind}`,
        Effect.sync(() => to(address).flatMap(({ text }) => linkToken(kind).exec(text)?.[1] ?? [])),
        (tokens) => tokens.length >= count
      ).pipe(Effect.map((tokens) => tokens[count - 1] ?? "")),
    hold: Effect.sync(() => {
      holding = true
      return {
        arrived: Effect.asVoid(eventually("a mail", Effect.sync(() => held.length), (count) => count > 0)),
        release: Effect.sync(() => {
          holding = false
          for (const take of held.splice(0)) take()
        })
      }
    }),
    refuse: Effect.sync(() => {
      refusing = true
      return {
        accept: Effect.sync(() => {
          refusing = false
        })
      }
    }),
    saying: (address, text) =>
      eventually(
        `a mail to ${address} saying ${text}`,
        Effect.sync(() => to(address).findLast((mail) => mail.text.includes(text)) ?? null),
        (mail) => mail !== null
      ).pipe(Effect.map((mail) => mail ?? { to: address, text: "" }))
  }
  return mailbox
})
