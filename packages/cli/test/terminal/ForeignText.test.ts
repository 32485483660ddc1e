/** Text of players, providers, servers and files in what operators read: it steers nothing and begins no line. */
import { sessionId } from "@ddd/core/accounts/Session"
import type { Draw } from "@ddd/core/draws/Draw"
import { cents } from "@ddd/core/money/Money"
import type { WebhookEvent } from "@ddd/core/money/WebhookEvent"
import { newWithdrawal } from "@ddd/core/money/Withdrawal"
import type { Room } from "@ddd/core/rooms/Room"
import { drawId, ticketId, userId } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import { assert, describe, it } from "@effect/vitest"
import { Cause } from "effect"
import { drawText } from "../../src/commands/draw/DrawText.ts"
import { roundLines } from "../../src/commands/draw/Run.ts"
import { jobTable } from "../../src/commands/jobs/List.ts"
import { roomTable, roomText } from "../../src/commands/room/RoomText.ts"
import * as UserText from "../../src/commands/user/UserText.ts"
import * as WebhookText from "../../src/commands/webhooks/WebhookText.ts"
import { differenceTable } from "../../src/commands/withdrawals/Reconcile.ts"
import { withdrawalTable, withdrawalText } from "../../src/commands/withdrawals/WithdrawalText.ts"
import { ConfigInvalid } from "../../src/config/Config.ts"
import { explain } from "../../src/Explanation.ts"
import { aligned } from "../../src/terminal/Table.ts"

const nasty = "\u001b[2J\u009b1m\r\nFORGED\u202e\u2066\u200b\u2028\u{e0041}"
const unshown = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u

const at = instant(0)
const [player, draw] = [userId("019a0000-0000-7000-8000-000000000001"), drawId("019a0000-0000-7000-8000-000000000002")]

const user = {
  id: player,
  email: nasty,
  username: nasty,
  emailVerified: true,
  createdAt: at,
  frozen: false,
  erased: false
}

const profile = {
  ...user,
  wallet: {
    balance: cents(0n),
    withdrawable: cents(0n),
    maturing: cents(0n),
    maturesAt: null,
    awaitingIdentity: cents(0n),
    pendingWithdrawal: cents(0n),
    debt: cents(0n),
    updatedAt: at
  },
  kycStatus: "none" as const,
  country: nasty,
  ageVerified: false
}

const room: Room = {
  id: draw,
  code: nasty,
  name: nasty,
  hostId: player,
  status: "open",
  prizePool: cents(0n),
  maxParticipants: 3,
  participants: [{ userId: player, username: nasty, joinedAt: at, hasTicket: false, ticketPosition: null }],
  commitmentHash: nasty,
  drawAt: null,
  seed: nasty,
  winnerId: null,
  winningPosition: null,
  createdAt: at
}

const event: WebhookEvent = {
  id: nasty,
  sender: "stripe",
  eventId: nasty,
  type: nasty,
  body: nasty,
  state: "failed",
  outcome: nasty,
  reference: nasty,
  receivedAt: at,
  handledAt: at
}

const withdrawal = {
  ...newWithdrawal({
    id: nasty,
    userId: player,
    amount: cents(1n),
    account: nasty,
    provider: "simulated",
    askedAt: at
  }),
  transfer: { status: "done", attempt: 1, sentAt: at, objectId: nasty } as const,
  held: { step: null, reason: nasty },
  problem: nasty
}

const shownDraw: Draw = {
  id: draw,
  kind: "daily",
  drawDate: null,
  status: "drawn",
  prizePool: cents(0n),
  totalEntries: 1,
  commitmentHash: nasty,
  opensAt: at,
  closesAt: at,
  lockedAt: at,
  drawAt: at,
  beacon: { chainHash: nasty, round: 1 },
  entriesRoot: nasty,
  seed: nasty,
  winningPosition: null,
  winningTicketId: ticketId("DDL-20260203-7K3QX"),
  drawnAt: at
}

const job = {
  id: nasty,
  queue: nasty,
  kind: nasty,
  about: nasty,
  state: "failed" as const,
  attempts: 3,
  lastFailure: nasty,
  createdAt: at,
  dueAt: null
}

const texts: ReadonlyArray<readonly [string, string]> = [
  [
    "a player",
    UserText.userText(user, profile, { userId: player, account: nasty, provider: "simulated", status: "pending" })
  ],
  ["a player's name", UserText.nameOf(user)],
  [
    "security events",
    UserText.eventTable([{
      id: nasty,
      at,
      type: "signed_in",
      userId: player,
      origin: { ip: nasty, userAgent: nasty }
    }])
  ],
  [
    "sessions",
    UserText.sessionTable([{
      id: sessionId("019a0000-0000-7000-8000-000000000003"),
      createdAt: at,
      lastUsedAt: at,
      userAgent: nasty
    }])
  ],
  ["rooms", roomTable([room])],
  ["a room", roomText(room, [])],
  ["events", WebhookText.eventTable([event])],
  ["an event", WebhookText.eventText({ ...event, body: JSON.stringify({ [nasty]: nasty }) })],
  ["withdrawals", withdrawalTable([withdrawal])],
  ["a withdrawal", withdrawalText(withdrawal, user)],
  ["differences", differenceTable([{ found: nasty, withdrawal }])],
  ["jobs", jobTable([job])],
  ["a draw", drawText(shownDraw, null, { by: nasty, at: instant(0) }, null)],
  [
    "what relays said of a round",
    roundLines({
      stored: [],
      missing: [{ chain: null, chainHash: nasty, round: 1, dueAt: at, drawIds: [draw], why: nasty }]
    }).join("\n")
  ],
  ["a table", aligned([["a\nFORGED"]])],
  ["a defect", explain(Cause.die(new Error(nasty)))],
  [
    "the configuration's problems",
    explain(Cause.fail(new ConfigInvalid({ problems: [{ name: "X", message: nasty }] })))
  ]
]

describe("foreign text", () => {
  for (const [what, text] of texts) {
    it(`steers no terminal and begins no line in ${what}`, () => {
      for (const line of text.split("\n")) {
        assert.notMatch(line, unshown)
        assert.notMatch(line, /^\s*FORGED/)
      }
      assert.include(text, "FORGED")
    })
  }

  it("of a body that is no JSON keeps its lines, and nothing else that steers", () => {
    const [, body = ""] = WebhookText.eventText({ ...event, body: `a\n${nasty}` }).split("\n\n")
    for (const line of body.split("\n")) assert.notMatch(line, unshown)
    assert.match(body, /^a\n/)
  })
})
