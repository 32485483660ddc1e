/** The workers of a server that write and send mail: they enqueue the confirmations of tickets, and send what the outbox holds. */
import * as MailerFiles from "@ddd/adapters-mail/MailerFiles"
import * as MailerSmtp from "@ddd/adapters-mail/MailerSmtp"
import * as MailJobs from "@ddd/adapters-mail/MailJobs"
import * as MailCountsPg from "@ddd/adapters-pg/accounts/MailCountsPg"
import * as MailRecipientsPg from "@ddd/adapters-pg/accounts/MailRecipientsPg"
import * as TicketMailsPg from "@ddd/adapters-pg/draws/TicketMailsPg"
import * as MailSubjectsPg from "@ddd/adapters-pg/jobs/MailSubjectsPg"
import * as OutboxPg from "@ddd/adapters-pg/jobs/OutboxPg"
import { TicketMails } from "@ddd/core/ports/TicketMails"
import { repeated } from "@ddd/core/work/Repeated"
import { Effect, Layer, Redacted } from "effect"
import { join } from "node:path"
import type { Settings } from "../config/Variables.ts"
import { dataDirOf } from "../DataDir.ts"
import { forkGraceful } from "./GracefulWorker.ts"

/** Mails that one process writes at a time; each waits for the mail server. */
const concurrency = 4

type MailSettings = Pick<Settings, "DATA_DIR" | "MAIL_FROM" | "SMTP_URL">

const folderOf = (settings: MailSettings): string => join(dataDirOf(settings), "mail")

/** Where mail goes, for people: the host of a server, or the path of a folder. */
export const destinationOf = (
  settings: MailSettings
): { readonly kind: "server" | "folder"; readonly place: string } =>
  settings.SMTP_URL === undefined
    ? { kind: "folder", place: folderOf(settings) }
    : { kind: "server", place: new URL(Redacted.value(settings.SMTP_URL)).host }

/** How often it is looked for tickets to be confirmed. */
const confirmationPauseMillis = 5_000

/** Has the tickets of every minute that is over confirmed by mail, until it is interrupted. Never fails. */
const confirmTickets = Effect.gen(function*() {
  const { enqueueDue } = yield* TicketMails
  return yield* enqueueDue.pipe(
    repeated(confirmationPauseMillis, "tickets could not be looked through to be confirmed")
  )
})

/** Sends what the outbox holds until the scope ends; mails under way are finished first. */
export const layer = (settings: MailSettings, publicUrl: URL) => {
  const from = settings.MAIL_FROM ?? `Daily Dollar Draw <no-reply@${publicUrl.hostname}>`
  const mailer = settings.SMTP_URL === undefined
    ? MailerFiles.layer({ folder: folderOf(settings), from })
    : MailerSmtp.layer({ url: settings.SMTP_URL, from })
  const work = Effect.gen(function*() {
    const handle = yield* MailJobs.make({ publicUrl: publicUrl.origin })
    yield* Effect.forkScoped(confirmTickets)
    yield* forkGraceful((track) =>
      OutboxPg.worker("outbox", (job, id) => track(handle(job, id)), {
        concurrency,
        isFinal: ({ _tag }) => _tag === "MailRefused"
      })
    )
  })
  return Layer.merge(Layer.effectDiscard(work), OutboxPg.cleanup).pipe(
    Layer.provide([mailer, MailCountsPg.layer, MailRecipientsPg.layer, MailSubjectsPg.layer, TicketMailsPg.layer])
  )
}
