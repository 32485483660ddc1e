import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Stream } from "effect"
import { exportAccount, type PersonalRecords } from "../../src/accounts/PersonalExport.ts"
import { operatorOrigin } from "../../src/accounts/SecurityEvent.ts"
import { changesADay } from "../../src/accounts/SecurityLogLimit.ts"
import { sessionId } from "../../src/accounts/Session.ts"
import { emptyWallet } from "../../src/money/Wallet.ts"
import { instant } from "../../src/values/Instant.ts"
import { ada, user } from "./support/Given.ts"

const now = instant(Date.UTC(2026, 1, 3, 23, 59, 30))
const none = Stream.empty
const records: PersonalRecords<never> = {
  user: {
    ...user,
    kycStatus: "none",
    identityAt: null,
    identityReference: null,
    country: null,
    ageVerified: false,
    frozen: false
  },
  wallet: { ...emptyWallet, updatedAt: now },
  payoutAccount: null,
  lists: {
    transactions: none,
    fundings: none,
    depositExcesses: none,
    buyerNames: Stream.make(["$a", "$b"], [], ["$c"]),
    shopEvents: none,
    identityMessages: none,
    withdrawals: none,
    checkouts: none,
    tickets: none,
    sessions: none,
    securityEvents: none,
    operatorActions: none,
    mailedTokens: none,
    mailFailures: none,
    idempotencyKeys: none,
    rooms: none,
    devices: none
  }
}
const facts = { now, records, takenToday: 0, newIds: { event: "event" } }
const byPlayer = {
  _tag: "Player",
  sessionId: sessionId("019c0000-0000-7000-8000-000000000001"),
  origin: { ip: "192.0.2.7", userAgent: "a browser" }
} as const

describe("exportAccount", () => {
  it("gives all lists, and leaves a trace of who took it", () => {
    const { all, change } = Result.getOrThrow(exportAccount(facts, ada, byPlayer))
    const told = Object(JSON.parse(Effect.runSync(Stream.mkString(all ?? Stream.empty))))
    assert.sameMembers(Object.keys(told), ["user", "wallet", "payoutAccount", ...Object.keys(records.lists)])
    assert.deepStrictEqual(told.buyerNames, ["$a", "$b", "$c"])
    assert.deepInclude(change.events[0], { type: "exported", sessionId: byPlayer.sessionId, origin: byPlayer.origin })
    const ofOperator = Result.getOrThrow(exportAccount(facts, ada, { _tag: "Operator" })).change
    assert.deepInclude(ofOperator.events[0], { sessionId: null, origin: operatorOrigin })
  })

  it("refuses a player until midnight who took all there are of a day, and no operator", () => {
    const enough = { ...facts, takenToday: changesADay.exported }
    assert.deepStrictEqual<unknown>(
      exportAccount(enough, ada, byPlayer),
      Result.fail({ _tag: "TooManyChanges", max: 10, retryAfter: 30 })
    )
    assert.isTrue(Result.isSuccess(exportAccount({ ...facts, takenToday: changesADay.exported - 1 }, ada, byPlayer)))
    assert.isTrue(Result.isSuccess(exportAccount(enough, ada, { _tag: "Operator" })))
  })

  it("has nothing of nobody, and writes nothing", () => {
    const { all, change } = Result.getOrThrow(exportAccount({ ...facts, records: null }, ada, byPlayer))
    assert.isNull(all)
    assert.deepStrictEqual(change.events, [])
  })
})
