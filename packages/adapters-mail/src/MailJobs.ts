/**
 * The mails that jobs ask for, written when their turn comes.
 *
 * A job names ids alone. Address, name, token and what the mail is about are read or derived now, so that a mail never goes to
 * somebody who was erased in the meantime, carries a link that no longer works, or says what is no longer so.
 */
import { isSameAddress } from "@ddd/core/accounts/EmailAddress"
import { type CountedMail, fateOfMail } from "@ddd/core/accounts/MailAllowance"
import type { MailedTokenState } from "@ddd/core/accounts/MailedToken"
import { MailCounts } from "@ddd/core/ports/MailCounts"
import { MailedTokens } from "@ddd/core/ports/MailedTokens"
import { Mailer, type MailRefused } from "@ddd/core/ports/Mailer"
import { type MailRecipient, MailRecipients } from "@ddd/core/ports/MailRecipients"
import { MailSubjects } from "@ddd/core/ports/MailSubjects"
import type { Unavailable } from "@ddd/core/ports/Unavailable"
import type { UserId } from "@ddd/core/values/Ids"
import type { LinkMail, MailJob } from "@ddd/core/values/Job"
import { Effect } from "effect"
import type { Addressee } from "./Addressee.ts"
import { identityLetters } from "./IdentityLetters.ts"
import { type Letter, remark } from "./Letter.ts"
import { letterHtml } from "./LetterHtml.ts"
import * as Letters from "./Letters.ts"
import { letterText } from "./LetterText.ts"
import { linksOf } from "./Links.ts"
import { roomClosed } from "./RoomLetters.ts"
import * as TicketLetters from "./TicketLetters.ts"
import { withdrawalNews } from "./WithdrawalLetters.ts"

interface Addressed {
  readonly to: string
  readonly letter: Letter
  /** The kind that it is counted as; absent of a mail with a link. */
  readonly counted?: CountedMail
}

const lastOfToday = remark(
  "This is the last mail of its kind to you today (UTC): there were many. What else happens stands in the app."
)

type CountedJob = Extract<MailJob, { readonly _tag: CountedMail }>

export interface MailJobsConfig {
  /** PUBLIC_URL: where links lead. */
  readonly publicUrl: string
}

/**
 * What does a job: succeeds once the mail was taken over, or where there is nothing left to say. `MailRefused`: it never will
 * be; `Unavailable`: do the job again.
 */
export const make = Effect.fnUntraced(function*({ publicUrl }: MailJobsConfig) {
  const counts = yield* MailCounts
  const mailer = yield* Mailer
  const recipients = yield* MailRecipients
  const subjects = yield* MailSubjects
  const tokens = yield* MailedTokens
  const links = linksOf(publicUrl)

  /** Facts of a job about a token; null where one of the two is gone. */
  const known = Effect.fnUntraced(function*(userId: UserId, tokenId: string) {
    const recipient = yield* recipients.recipient(userId)
    const token = yield* recipients.mailedToken(tokenId)
    return recipient === null || token === null || token.userId !== userId ? null : { recipient, token }
  })

  const withLink = Effect.fnUntraced(function*(
    { askedFrom, mailedTokenId: tokenId, userId }: LinkMail,
    purpose: MailedTokenState["purpose"],
    template: (to: Letters.Invitation) => Letter
  ) {
    const facts = yield* known(userId, tokenId)
    if (facts === null || !facts.token.usable || facts.token.purpose !== purpose) return null
    const { recipient, token } = facts
    const letter = template({
      username: recipient.username,
      links,
      token: tokens.tokenOf(tokenId),
      until: token.expiresAt,
      askedAt: token.askedAt,
      askedFrom: askedFrom ?? null
    })
    if (purpose === "verify_email") return { to: token.email, letter }
    // a reset link goes to the address in force, letter by letter, and not at all once that is another than was asked for
    return isSameAddress(token.email, recipient.email) ? { to: recipient.email, letter } : null
  })

  /** A letter to a player at the address in force; null where there is nothing to say. */
  const toPlayer = (
    { email, username }: MailRecipient,
    write: (to: Addressee) => Effect.Effect<Letter | null, Unavailable>
  ) =>
    Effect.map(
      write({ username, links }),
      (letter): Addressed | null => letter === null ? null : { to: email, letter }
    )

  const news = Effect.fnUntraced(function*(
    job: CountedJob,
    recipient: MailRecipient
  ): Effect.fn.Return<Addressed | null, Unavailable> {
    switch (job._tag) {
      case "MailPasswordChanged": {
        const unlinkedPayoutAccount = job.unlinkedPayoutAccount === true
        return yield* toPlayer(
          recipient,
          (to) => Effect.succeed(Letters.passwordChanged({ ...to, unlinkedPayoutAccount }))
        )
      }
      case "MailAddressChanged": {
        // told even if the link was used already: a thief would use it at once
        const facts = yield* known(job.userId, job.mailedTokenId)
        if (facts === null || facts.token.previousEmail === null) return null
        const { recipient: { username }, token: { email: newAddress, previousEmail } } = facts
        return { to: previousEmail, letter: Letters.addressChanged({ username, links, newAddress }) }
      }
      case "MailTickets":
        return yield* toPlayer(
          recipient,
          (to) =>
            Effect.map(subjects.tickets(job.userId, job.drawId, job.from), (bought) =>
              // what was bought in a void draw was given back
              bought === null || bought.status === "void" ? null : TicketLetters.ticketsBought({ ...to, bought }))
        )
      case "MailWinner":
        return yield* toPlayer(
          recipient,
          (to) =>
            Effect.map(
              subjects.win(job.userId, job.drawId),
              (win) => win === null ? null : TicketLetters.won({ ...to, drawId: job.drawId, win })
            )
        )
      case "MailDrawVoid":
        return yield* toPlayer(
          recipient,
          (to) =>
            Effect.map(
              subjects.voidDraw(job.userId, job.drawId),
              (drawn) => drawn === null ? null : TicketLetters.drawVoid({ ...to, drawn })
            )
        )
      case "MailRoomClosed":
        return yield* toPlayer(
          recipient,
          (to) =>
            Effect.map(
              subjects.closedRoom(job.userId, job.drawId),
              (closed) => closed === null ? null : roomClosed({ ...to, closed })
            )
        )
      case "MailWithdrawal":
        return yield* toPlayer(
          recipient,
          (to) =>
            Effect.map(
              subjects.withdrawal(job.withdrawalId),
              (withdrawal) =>
                withdrawal === null || withdrawal.userId !== job.userId
                  ? null
                  : withdrawalNews(job.event, { ...to, withdrawal })
            )
        )
      case "MailIdentity":
        return yield* toPlayer(
          recipient,
          (to) =>
            Effect.map(
              subjects.identity(job.userId),
              // where it changed since, a later mail says what it is now, if anything
              (status) => status === job.status ? identityLetters[job.status](to) : null
            )
        )
    }
  })

  /** What is news, where its reader may be sent it. */
  const allowedNews = Effect.fnUntraced(function*(job: CountedJob): Effect.fn.Return<Addressed | null, Unavailable> {
    const recipient = yield* recipients.recipient(job.userId)
    if (recipient === null) return null
    const counted = job._tag
    const sentToday = recipient.isVerified ? yield* counts.sentToday(job.userId, counted) : 0
    const fate = fateOfMail(counted, { isVerified: recipient.isVerified, sentToday })
    const mail = fate === "Drop" ? null : yield* news(job, recipient)
    if (mail === null) return null
    const { letter, to } = mail
    return { to, letter: fate === "Send" ? letter : { ...letter, blocks: [...letter.blocks, lastOfToday] }, counted }
  })

  const written = (job: MailJob): Effect.Effect<Addressed | null, Unavailable> => {
    switch (job._tag) {
      case "MailWelcome":
        return withLink(job, "verify_email", Letters.welcome)
      case "MailVerifyAddress":
        return withLink(job, "verify_email", Letters.verifyAddress)
      case "MailResetPassword":
        return withLink(job, "reset_password", Letters.resetPassword)
      default:
        return allowedNews(job)
    }
  }

  return Effect.fn("MailJobs.handle")(
    function*(job: MailJob, id: string): Effect.fn.Return<void, MailRefused | Unavailable> {
      const mail = yield* written(job)
      if (mail === null) return
      const { counted, letter, to } = mail
      yield* mailer.send({
        to,
        subject: letter.subject,
        text: letterText(letter),
        html: letterHtml(letter),
        messageId: id
      })
      if (counted === undefined) return
      // it was sent: one that is not counted is no reason to send it again
      yield* Effect.catchTag(
        counts.countSent(job.userId, counted),
        "Unavailable",
        (cause) => Effect.logWarning("a mail that was sent could not be counted", cause)
      )
    }
  )
})
