/** The mail that players are sent, as far as the outbox knows of it. */
import { MailedTokens } from "@ddd/core/ports/MailedTokens"
import type { Job } from "@ddd/core/values/Job"
import { World } from "@ddd/sim/World"
import { Effect, Redacted } from "effect"

type MailWithToken = Extract<Job, { readonly mailedTokenId: string }>

const mails = (kind: MailWithToken["_tag"], userId: string) =>
  Effect.gen(function*() {
    const jobs = yield* (yield* World).jobs
    return jobs.filter((job): job is MailWithToken => job._tag === kind && job.userId === userId)
  })

/** How many mails of a kind a player was sent. */
export const mailsTo = (kind: MailWithToken["_tag"], userId: string) =>
  Effect.map(mails(kind, userId), ({ length }) => length)

/** The token in the newest mail of a kind to a player. */
export const mailedToken = (kind: MailWithToken["_tag"], userId: string) =>
  Effect.gen(function*() {
    const newest = (yield* mails(kind, userId)).at(-1)
    if (newest === undefined) return yield* Effect.die(new Error(`player ${userId} was sent no ${kind}`))
    return Redacted.value((yield* MailedTokens).tokenOf(newest.mailedTokenId))
  })
