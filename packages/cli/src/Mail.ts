/** Mail: what of the settings it follows, and the worker that writes and sends what the outbox holds. */
import * as MailerFiles from "@ddd/adapters-mail/MailerFiles"
import * as MailerSmtp from "@ddd/adapters-mail/MailerSmtp"
import * as MailJobs from "@ddd/adapters-mail/MailJobs"
import * as MailRecipientsPg from "@ddd/adapters-pg/MailRecipientsPg"
import * as OutboxPg from "@ddd/adapters-pg/OutboxPg"
import { Effect, Latch, Layer, Redacted } from "effect"
import { join } from "node:path"
import type { Settings } from "./config/Variables.ts"
import { dataDirOf } from "./DataDir.ts"

/** Mails that one process writes at a time; each waits for the mail server. */
const concurrency = 4

type MailSettings = Pick<Settings, "DATA_DIR" | "MAIL_FROM" | "SMTP_URL">

const folderOf = (settings: MailSettings): string => join(dataDirOf(settings), "mail")

/** Where mail goes, for people: a host, or a folder. */
export const destinationOf = (settings: MailSettings): { readonly server: string } | { readonly folder: string } =>
  settings.SMTP_URL === undefined
    ? { folder: folderOf(settings) }
    : { server: new URL(Redacted.value(settings.SMTP_URL)).host }

/** How long the mails under way may take when the server stops. */
const patience = "10 seconds"

/** Jobs that are done where they were begun: `stop` waits for those under way, and lets no other begin. */
const makeShift = Effect.map(Effect.all([Latch.make(true), Latch.make(true)]), ([open, idle]) => {
  let underWay = 0
  return {
    during: <A, E, R>(job: Effect.Effect<A, E, R>) =>
      open.whenOpen(Effect.acquireUseRelease(
        Effect.sync(() => {
          underWay++
          idle.closeUnsafe()
        }),
        () => job,
        () =>
          Effect.sync(() => {
            if (--underWay === 0) idle.openUnsafe()
          })
      )),
    // the last of them opens the latch within its own turn, and by the end of that is about to be acknowledged, which nothing interrupts
    stop: open.close.pipe(
      Effect.andThen(idle.await),
      Effect.andThen(Effect.yieldNow),
      Effect.timeout(patience),
      Effect.ignore
    )
  }
})

/** Sends what the outbox holds until the scope ends; mails under way are finished first. */
export const worker = (settings: MailSettings, publicUrl: URL) => {
  const from = settings.MAIL_FROM ?? `Daily Dollar Draw <no-reply@${publicUrl.hostname}>`
  const mailer = settings.SMTP_URL === undefined
    ? MailerFiles.layer({ folder: folderOf(settings), from })
    : MailerSmtp.layer({ url: settings.SMTP_URL, from })
  const work = Effect.gen(function*() {
    const handle = yield* MailJobs.make({ publicUrl: publicUrl.origin })
    const shift = yield* makeShift
    yield* Effect.forkScoped(OutboxPg.worker((job, id) => shift.during(handle(job, id)), {
      concurrency,
      isFinal: ({ _tag }) => _tag === "MailRefused"
    }))
    yield* Effect.addFinalizer(() => shift.stop)
  })
  return Layer.merge(Layer.effectDiscard(work), OutboxPg.cleanup).pipe(Layer.provide([mailer, MailRecipientsPg.layer]))
}
