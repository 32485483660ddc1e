import { type CountedMail, mailsADay } from "@ddd/core/accounts/MailAllowance"
import type { MailedTokenState } from "@ddd/core/accounts/MailedToken"
import { MailCounts } from "@ddd/core/ports/MailCounts"
import { MailedTokens } from "@ddd/core/ports/MailedTokens"
import { type Mail, Mailer, MailRefused } from "@ddd/core/ports/Mailer"
import { type MailRecipient, MailRecipients } from "@ddd/core/ports/MailRecipients"
import { MailSubjects } from "@ddd/core/ports/MailSubjects"
import { type UserId, userId } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import type { MailJob } from "@ddd/core/values/Job"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { createHash } from "node:crypto"
import * as MailJobs from "../src/MailJobs.ts"
import { aClosedRoom, aDraw, aVoidDraw, aWin, boughtOf, withdrawalOf } from "./support/Subjects.ts"

const marie = userId("01970000-0000-7000-8000-000000000001")
const paul = userId("01970000-0000-7000-8000-000000000002")

const aMinute = Date.UTC(2026, 1, 3, 10, 30)

const tokenOf = (id: string) => createHash("sha256").update(`token of ${id}`).digest("base64url")

const aToken: MailedTokenState = {
  userId: marie,
  purpose: "verify_email",
  email: "marie@example.com",
  previousEmail: null,
  askedAt: instant(Date.UTC(2026, 1, 3, 10, 30)),
  expiresAt: instant(Date.UTC(2026, 1, 3, 11)),
  usable: true
}

interface Known {
  readonly users: Readonly<Record<UserId, MailRecipient>>
  readonly tokens: Readonly<Record<string, MailedTokenState>>
}

const known: Known = {
  users: { [marie]: { email: "marie@example.com", isVerified: true, username: "marie" } },
  tokens: { t1: aToken }
}

/** Marie bought three tickets in a minute of the draw, won it, and is paid; another draw was void, and a room that she was in was closed. */
const subjects = MailSubjects.of({
  tickets: (id, drawId, from) =>
    Effect.succeed(id === marie && drawId === aDraw && from === aMinute ? boughtOf(3) : null),
  win: (id, drawId) => Effect.succeed(id === marie && drawId === aDraw ? aWin : null),
  voidDraw: (id, drawId) => Effect.succeed(id === marie && drawId === aDraw ? aVoidDraw : null),
  closedRoom: (id, drawId) => Effect.succeed(id === marie && drawId === aDraw ? aClosedRoom : null),
  withdrawal: (id) => Effect.succeed(id === "w1" ? withdrawalOf(marie, "paid") : null),
  identity: (id) => Effect.succeed(id === marie ? "verified" : null)
})

/** Counts by kind, of one player. */
const countsOf = (counts: Map<CountedMail, number>) =>
  Layer.succeed(
    MailCounts,
    MailCounts.of({
      sentToday: (_, kind) => Effect.sync(() => counts.get(kind) ?? 0),
      countSent: (_, kind) => Effect.sync(() => void counts.set(kind, (counts.get(kind) ?? 0) + 1))
    })
  )

/** What is sent when the job is done in a world where this is known. */
const mailOf = (
  job: MailJob,
  { tokens, users }: Known = known,
  about = subjects,
  counts = new Map<CountedMail, number>()
) => {
  const sent: Array<Mail> = []
  return MailJobs.make({ publicUrl: "https://draws.example.com" }).pipe(
    Effect.flatMap((handle) => handle(job, "job-1")),
    Effect.map(() => {
      assert.isAtMost(sent.length, 1)
      return sent[0] ?? null
    }),
    Effect.provide(Layer.mergeAll(
      Layer.succeed(Mailer, Mailer.of({ send: (mail) => Effect.sync(() => void sent.push(mail)) })),
      Layer.succeed(
        MailRecipients,
        MailRecipients.of({
          recipient: (id) => Effect.succeed(users[id] ?? null),
          mailedToken: (id) => Effect.succeed(tokens[id] ?? null)
        })
      ),
      Layer.succeed(MailSubjects, about),
      countsOf(counts),
      Layer.succeed(MailedTokens, MailedTokens.of({ tokenOf: (id) => Redacted.make(tokenOf(id)), hashOf: () => "" }))
    ))
  )
}

const withToken = (token: Partial<MailedTokenState>): Known => ({ ...known, tokens: { t1: { ...aToken, ...token } } })

const welcome = { _tag: "MailWelcome", userId: marie, mailedTokenId: "t1" } as const
const verify = { _tag: "MailVerifyAddress", userId: marie, mailedTokenId: "t1" } as const
const reset = { _tag: "MailResetPassword", userId: marie, mailedTokenId: "t1" } as const
const passwordChanged: MailJob = { _tag: "MailPasswordChanged", userId: marie }
const addressChanged: MailJob = { _tag: "MailAddressChanged", userId: marie, mailedTokenId: "t1" }
const tickets: MailJob = { _tag: "MailTickets", userId: marie, drawId: aDraw, from: aMinute }
const winner: MailJob = { _tag: "MailWinner", userId: marie, drawId: aDraw }
const roomClosed: MailJob = { _tag: "MailRoomClosed", userId: marie, drawId: aDraw }
const drawVoid: MailJob = { _tag: "MailDrawVoid", userId: marie, drawId: aDraw }
const paid: MailJob = { _tag: "MailWithdrawal", userId: marie, withdrawalId: "w1", event: "paid" }
const verified = { _tag: "MailIdentity", userId: marie, status: "verified" } as const
const everyJob = [
  welcome,
  verify,
  reset,
  passwordChanged,
  addressChanged,
  tickets,
  winner,
  drawVoid,
  roomClosed,
  paid,
  verified
]

const newAddress = withToken({ email: "maria@sorbonne.example", previousEmail: "marie@example.com" })
const aReset = withToken({ purpose: "reset_password" })

describe("MailJobs", () => {
  it.effect("welcomes at the address to be verified, by the job's id, with the token's link", () =>
    Effect.gen(function*() {
      const mail = yield* mailOf(welcome)
      assert.strictEqual(mail?.to, "marie@example.com")
      assert.strictEqual(mail?.messageId, "job-1")
      assert.match(mail?.subject ?? "", /^Welcome/)
      assert.include(mail?.text, `https://draws.example.com/verify-email?token=${tokenOf("t1")}`)
      assert.include(mail?.html, tokenOf("t1"))
    }))

  it.effect("mails the link to a new address there, and tells the old one without it", () =>
    Effect.gen(function*() {
      const link = yield* mailOf(verify, newAddress)
      assert.strictEqual(link?.to, "maria@sorbonne.example")
      assert.include(link?.text, tokenOf("t1"))
      const notice = yield* mailOf(addressChanged, newAddress)
      assert.strictEqual(notice?.to, "marie@example.com")
      assert.notInclude(notice?.text, tokenOf("t1"))
      assert.notInclude(notice?.html, tokenOf("t1"))
      assert.notInclude(notice?.text, "maria@")
    }))

  it.effect("tells the old address even when the new one is in force already", () =>
    Effect.gen(function*() {
      const notice = yield* mailOf(addressChanged, {
        users: { [marie]: { email: "maria@sorbonne.example", isVerified: true, username: "marie" } },
        tokens: {
          t1: { ...aToken, email: "maria@sorbonne.example", previousEmail: "marie@example.com", usable: false }
        }
      })
      assert.strictEqual(notice?.to, "marie@example.com")
    }))

  it.effect("mails a reset link to the address in force, and to no other", () =>
    Effect.gen(function*() {
      const mail = yield* mailOf(reset, aReset)
      assert.strictEqual(mail?.to, "marie@example.com")
      assert.include(mail?.text, `/reset-password?token=${tokenOf("t1")}`)
      const typed = yield* mailOf(reset, withToken({ purpose: "reset_password", email: "MARIE@example.com" }))
      assert.strictEqual(typed?.to, "marie@example.com")
      assert.isNull(yield* mailOf(reset, withToken({ purpose: "reset_password", email: "old@example.com" })))
    }))

  it.effect("says with every link who asked, when and from what, and what to do where it was not the reader", () =>
    Effect.gen(function*() {
      for (const [job, tokens] of [[welcome, known], [verify, known], [reset, aReset]] as const) {
        const mail = yield* mailOf({ ...job, askedFrom: "an iPhone" }, tokens)
        for (const said of ["Username: marie", ": 3 February 2026 at 10:30 UTC", "From: an iPhone, as it says"]) {
          assert.include(mail?.text, said, job._tag)
        }
        assert.match(mail?.text ?? "", /did not (sign up|ask for this)\? Then do/, job._tag)
        // jobs of servers that did not say it
        assert.include((yield* mailOf(job, tokens))?.text, "From: a device that does not say what it is")
      }
    }))

  it.effect("tells of a changed password, and of a payout account that a reset unlinked", () =>
    Effect.gen(function*() {
      const changed = yield* mailOf(passwordChanged)
      assert.strictEqual(changed?.to, "marie@example.com")
      assert.notInclude(changed?.text, "unlinked")
      const told = yield* mailOf({ _tag: "MailPasswordChanged", userId: marie, unlinkedPayoutAccount: true })
      assert.include(told?.text.replace(/\s+/g, " "), "Link yours again in the app before your next withdrawal")
    }))

  it.effect("confirms what was bought in a minute, tells the winner, and what becomes of a room or a withdrawal", () =>
    Effect.gen(function*() {
      const mails = yield* Effect.forEach([tickets, winner, drawVoid, roomClosed, paid], (job) => mailOf(job))
      assert.deepStrictEqual(mails.map((mail) => mail?.to), Array.from({ length: 5 }, () => "marie@example.com"))
      assert.deepStrictEqual(mails.map((mail) => mail?.subject), [
        "Your 3 tickets in the draw of 3 February 2026",
        "You won $1,234.00",
        "The draw of 3 February 2026 is void: $3.00 is back",
        "A room of yours was closed: $1.00 is back",
        "$25.00 was paid to your bank"
      ])
    }))

  it.effect("tells how an identity check ended and what to do, where it still stands so", () =>
    Effect.gen(function*() {
      const mail = yield* mailOf(verified)
      assert.deepStrictEqual([mail?.to, mail?.subject], ["marie@example.com", "Your identity is verified"])
      assert.isNull(yield* mailOf({ ...verified, status: "rejected" }))
      const rejected = MailSubjects.of({ ...subjects, identity: () => Effect.succeed("rejected") })
      assert.isNull(yield* mailOf(verified, known, rejected))
      const told = yield* mailOf({ ...verified, status: "rejected" }, known, rejected)
      assert.match(
        told?.text.replace(/\s+/g, " ") ?? "",
        /could not be verified.* Go through the check once more.* support/
      )
    }))

  it.effect("says nothing of what is not there, is another player's, or was given back", () =>
    Effect.gen(function*() {
      const both: Known = {
        ...known,
        users: { ...known.users, [paul]: { email: "paul@example.com", isVerified: true, username: "paul" } }
      }
      for (const job of [tickets, winner, drawVoid, roomClosed, paid]) {
        assert.isNull(yield* mailOf({ ...job, userId: paul }, both))
      }
      assert.isNull(yield* mailOf({ ...tickets, from: aMinute + 60_000 }))
      assert.isNull(yield* mailOf({ ...paid, withdrawalId: "w2" }))
      assert.isNull(yield* mailOf({ ...paid, event: "failed" }))
      const inVoid = MailSubjects.of({ ...subjects, tickets: () => Effect.succeed({ ...boughtOf(3), status: "void" }) })
      assert.isNull(yield* mailOf(tickets, known, inVoid))
    }))

  it.effect("sends an address that is not verified what has a link, and nothing else", () =>
    Effect.gen(function*() {
      const users = { [marie]: { email: "marie@example.com", isVerified: false, username: "marie" } }
      const linked = new Set<MailJob>([welcome, verify])
      for (const job of everyJob) {
        const mail = yield* mailOf(job, { ...withToken({ previousEmail: "marie@example.com" }), users })
        assert.strictEqual(mail !== null, linked.has(job), job._tag)
      }
      assert.isNotNull(yield* mailOf(reset, { ...aReset, users }))
    }))

  it.effect("sends so many of a kind a day, says of the last that it is, and goes on with the others", () =>
    Effect.gen(function*() {
      const counts = new Map<CountedMail, number>()
      const one = Effect.suspend(() => mailOf(roomClosed, known, subjects, counts))
      for (let sent = 1; sent <= mailsADay.MailRoomClosed; sent++) {
        const { text } = (yield* one) ?? assert.fail("it was not sent")
        assert.strictEqual(text.includes("the last mail of its kind to you today"), sent === mailsADay.MailRoomClosed)
      }
      assert.isNull(yield* one)
      assert.isNotNull(yield* mailOf(winner, known, subjects, counts))
      assert.deepStrictEqual([...counts], [["MailRoomClosed", mailsADay.MailRoomClosed], ["MailWinner", 1]])
    }))

  it.effect("counts what was sent, and nothing that there was no need to send", () =>
    Effect.gen(function*() {
      const counts = new Map<CountedMail, number>()
      yield* mailOf({ ...paid, withdrawalId: "w2" }, known, subjects, counts)
      yield* mailOf(welcome, known, subjects, counts)
      assert.deepStrictEqual([...counts], [])
    }))

  it.effect("writes to nobody who was erased", () =>
    Effect.gen(function*() {
      for (const job of everyJob) {
        assert.isNull(yield* mailOf(job, { users: {}, tokens: {} }))
        assert.isNull(yield* mailOf(job, { ...newAddress, users: {} }))
      }
    }))

  it.effect("sends no link that does not work", () =>
    Effect.gen(function*() {
      for (const job of [welcome, verify]) assert.isNull(yield* mailOf(job, withToken({ usable: false })))
      assert.isNull(yield* mailOf(reset, withToken({ purpose: "reset_password", usable: false })))
    }))

  it.effect("sends no link of another player or another purpose", () =>
    Effect.gen(function*() {
      for (const job of [welcome, verify, addressChanged]) {
        assert.isNull(yield* mailOf(job, withToken({ userId: paul, previousEmail: "paul@example.com" })))
      }
      assert.isNull(yield* mailOf(reset, known))
      for (const job of [welcome, verify]) assert.isNull(yield* mailOf(job, aReset))
    }))

  it.effect("passes on what the mailer says", () =>
    Effect.gen(function*() {
      const handle = yield* MailJobs.make({ publicUrl: "https://draws.example.com" })
      const refused = yield* Effect.flip(handle(passwordChanged, "job-1"))
      assert.instanceOf(refused, MailRefused)
    }).pipe(Effect.provide(Layer.mergeAll(
      Layer.succeed(Mailer, Mailer.of({ send: () => Effect.fail(new MailRefused({ reason: "550" })) })),
      Layer.succeed(
        MailRecipients,
        MailRecipients.of({
          recipient: () => Effect.succeed({ email: "marie@example.com", isVerified: true, username: "marie" }),
          mailedToken: () => Effect.succeed(null)
        })
      ),
      Layer.succeed(MailSubjects, subjects),
      countsOf(new Map()),
      Layer.succeed(MailedTokens, MailedTokens.of({ tokenOf: (id) => Redacted.make(id), hashOf: () => "" }))
    ))))
})
