import { sessionId } from "@ddd/core/accounts/Session"
import { cents } from "@ddd/core/money/Money"
import { newWithdrawal } from "@ddd/core/money/Withdrawal"
import { drawId, userId } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import { assert, describe, it } from "@effect/vitest"
import { drawJson } from "../../src/commands/draw/DrawText.ts"
import { jobJson } from "../../src/commands/jobs/List.ts"
import { roomJson } from "../../src/commands/room/RoomText.ts"
import { eventJson as securityEventJson, sessionJson, userJson } from "../../src/commands/user/UserText.ts"
import { eventJson } from "../../src/commands/webhooks/WebhookText.ts"
import { withdrawalJson } from "../../src/commands/withdrawals/WithdrawalText.ts"

const at = instant(Date.UTC(2026, 1, 3))
const id = "019a0000-0000-7000-8000-000000000001"
const user = userId(id)
const zero = cents(0n)

/** The names in an object, and of what each of its parts holds: `transfer.status`. */
const namesIn = (value: object): ReadonlyArray<string> =>
  Object.entries(value).flatMap(([name, part]: [string, unknown]) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? namesIn(part).map((inner) => `${name}.${inner}`)
      : [name]
  )

/** What each command gives with --json. A name that changes here breaks the scripts of operators. */
const shapes: ReadonlyArray<readonly [string, object, string]> = [
  [
    "a draw",
    drawJson({
      id: drawId(id),
      kind: "daily",
      drawDate: null,
      status: "open",
      prizePool: zero,
      totalEntries: 0,
      commitmentHash: "",
      opensAt: at,
      closesAt: at,
      lockedAt: at,
      drawAt: at,
      beacon: null,
      entriesRoot: null,
      seed: null,
      winningPosition: null,
      winningTicketId: null,
      drawnAt: null
    }),
    "id kind drawDate status prizePool totalEntries commitmentHash opensAt closesAt lockedAt drawsAt beacon entriesRoot seed " +
    "winningPosition winningTicketId drawnAt"
  ],
  [
    "a withdrawal",
    withdrawalJson(
      newWithdrawal({ id, userId: user, amount: cents(100n), account: "acct_1", provider: "simulated", askedAt: at })
    ),
    "id userId amount account provider askedAt status transfer.status transfer.attempt transfer.sentAt transfer.objectId " +
    "payout.status payout.attempt payout.sentAt payout.objectId payoutStatus reversal.status reversal.attempt " +
    "reversal.sentAt reversal.objectId held problem turn idleTurns"
  ],
  [
    "a room",
    roomJson({
      id: drawId(id),
      code: "",
      name: "",
      hostId: user,
      status: "open",
      prizePool: zero,
      maxParticipants: 2,
      participants: [],
      commitmentHash: "",
      drawAt: null,
      seed: null,
      winnerId: null,
      winningPosition: null,
      createdAt: at
    }),
    "id code name hostId status prizePool maxParticipants participants commitmentHash drawAt seed winnerId " +
    "winningPosition createdAt"
  ],
  [
    "a player",
    userJson({ id: user, email: "", username: "", emailVerified: true, createdAt: at, frozen: false, erased: false }),
    "id email username emailVerified createdAt frozen erased"
  ],
  [
    "a session",
    sessionJson({ id: sessionId(id), createdAt: at, lastUsedAt: at, userAgent: null }),
    "id createdAt lastUsedAt userAgent"
  ],
  [
    "a security event",
    securityEventJson({ id, at, type: "frozen", userId: user, origin: { ip: null, userAgent: null } }),
    "id at type userId origin.ip origin.userAgent"
  ],
  [
    "a webhook's event",
    eventJson({
      id,
      sender: "stripe",
      eventId: "",
      type: "",
      body: "",
      state: "done",
      outcome: null,
      reference: null,
      receivedAt: at,
      handledAt: null
    }),
    "id sender eventId type state outcome reference receivedAt handledAt"
  ],
  [
    "a job",
    jobJson({
      id,
      queue: "outbox",
      kind: "",
      about: "",
      state: "failed",
      attempts: 0,
      lastFailure: null,
      createdAt: at,
      dueAt: null
    }),
    "id queue kind about state attempts lastFailure createdAt dueAt"
  ]
]

describe("the JSON of a command", () => {
  for (const [what, json, names] of shapes) {
    it(`names the parts of ${what} as it always has`, () => {
      assert.sameMembers([...namesIn(json)], names.split(" "))
    })
  }
})
