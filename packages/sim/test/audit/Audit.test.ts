/** The audit finds nothing in good books, and each way of breaking them. */
import { makeSeals } from "@ddd/core/draws/Seals"
import { adjustmentMoney, type Approval } from "@ddd/core/money/FourEyes"
import { cents, ticketPrice, zero } from "@ddd/core/money/Money"
import type { Invariant } from "@ddd/core/ports/Books"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { Sealing } from "@ddd/core/ports/Sealing"
import { emptyFrontier } from "@ddd/core/proof/Merkle"
import { parseNote } from "@ddd/core/proof/Note"
import { position } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { auditRows } from "../../src/audit/Audit.ts"
import type { Rows, TransactionRow } from "../../src/audit/Rows.ts"
import { makeNoteCheck } from "../../src/memory/BooksMemory.ts"
import * as Memory from "../../src/memory/Memory.ts"
import { rowsOf, Store } from "../../src/memory/Store.ts"
import { byAnn } from "../../src/scenario/Operators.ts"
import { buy, dollars, fundedPlayer, openSales, present } from "../../src/scenario/Steps.ts"
import {
  type Break,
  changeDebtor,
  changeDraw,
  changeFunding,
  changeRoom,
  changeTicket,
  changeTransaction,
  changeWallet,
  changeWithdrawal,
  dropTransaction,
  inVoid,
  isReturn,
  isTicketRefund,
  isType,
  otherHex,
  plus,
  repeatTransaction,
  stranger,
  the,
  twoDays,
  withVoid
} from "../support/BrokenBooks.ts"

const isGiveBack = (row: TransactionRow): boolean => row.referenceId?.startsWith("reversal:") === true

const breaks: { readonly [I in Invariant]: Readonly<Record<string, Break>> } = {
  "wallet-not-negative": {
    "a wallet below zero": changeWallet(() => ({ balance: cents(-1n) })),
    "more withdrawable than there is": changeWallet(({ balance }) => ({ withdrawable: plus(balance, 1n) })),
    "less than nothing withdrawable": changeWallet(() => ({ withdrawable: cents(-1n) })),
    "less than nothing on its way out": changeWallet(() => ({ pendingWithdrawal: cents(-1n) }))
  },
  "wallet-is-its-history": {
    "a cent from nowhere": changeWallet(({ balance }) => ({ balance: plus(balance, 1n) })),
    "a cent made withdrawable": changeWallet(({ withdrawable }) => ({ withdrawable: plus(withdrawable, -1n) })),
    "a cent on its way out for no withdrawal": changeWallet(({ pendingWithdrawal }) => ({
      pendingWithdrawal: plus(pendingWithdrawal, 1n)
    })),
    "a withdrawal that arrived and is on its way": changeTransaction(
      ({ status }) => status === "pending",
      () => ({ status: "completed" })
    ),
    "a cent withdrawn by no withdrawal": changeWallet(({ withdrawn }) => ({ withdrawn: withdrawn + 1n })),
    "a user without a wallet": (rows) => ({ ...rows, wallets: rows.wallets.slice(1) })
  },
  "history-without-gaps": {
    "a movement that is gone": dropTransaction(isType("ticket_purchase")),
    "a movement numbered twice": changeTransaction(isType("ticket_purchase"), ({ seq }) => ({ seq: seq + 1 })),
    "a balance that does not continue": changeTransaction(
      isType("ticket_purchase"),
      ({ balanceAfter }) => ({ balanceAfter: plus(balanceAfter, 1n) })
    ),
    "a wallet that miscounts": changeWallet(({ seq }) => ({ seq: seq + 1 }))
  },
  "money-conserved": {
    "a deposit out of the payouts": changeTransaction(isType("deposit"), () => ({ counterAccount: "payouts" })),
    "a ticket that pays its buyer": changeTransaction(isType("ticket_purchase"), () => ({ amount: ticketPrice })),
    "more in a wallet than was given": changeWallet(({ balance }) => ({ balance: plus(balance, 1n) }))
  },
  "draw-account": {
    "a ticket paid to another draw": changeTransaction(
      isType("ticket_purchase"),
      (_, rows) => ({ counterAccount: `draw:${the(rows, "open").id}` })
    ),
    "a ticket paid to no draw": changeTransaction(isType("ticket_purchase"), () => ({ counterAccount: "draw:none" })),
    "a fee that was not taken": dropTransaction(isType("house_fee"))
  },
  "positions-contiguous": {
    "a ticket that is gone": (rows) => ({ ...rows, tickets: rows.tickets.slice(1) }),
    "two tickets at a position": changeTicket(() => ({ position: position(2) })),
    "an entry without a ticket": changeDraw("open", ({ totalEntries }) => ({ totalEntries: totalEntries + 1 })),
    "a ticket of no draw": (rows) => ({ ...rows, draws: rows.draws.filter(({ status }) => status !== "open") })
  },
  "ticket-paid-once": {
    "a ticket paid twice": repeatTransaction(isType("ticket_purchase")),
    "a ticket not paid": dropTransaction(isType("ticket_purchase")),
    "a payment without a ticket": (rows) => ({ ...rows, tickets: rows.tickets.slice(1) }),
    "a ticket paid by another": changeTransaction(isType("ticket_purchase"), () => ({ userId: stranger })),
    "a ticket paid in part": changeTransaction(isType("ticket_purchase"), () => ({ amount: cents(-99n) })),
    "a ticket that names another movement": changeTicket(({ walletSeq }) => ({ walletSeq: walletSeq + 1 })),
    "a ticket twice": (rows) => ({ ...rows, tickets: [...rows.tickets, ...rows.tickets.slice(0, 1)] })
  },
  "pot-is-share": {
    "a cent too much": changeDraw("open", ({ prizePool }) => ({ prizePool: plus(prizePool, 1n) }))
  },
  "prize-paid": {
    "no prize": dropTransaction(isType("prize_win")),
    "two prizes": repeatTransaction(isType("prize_win")),
    "a prize for another": changeTransaction(isType("prize_win"), () => ({ userId: stranger })),
    "a cent short": changeTransaction(isType("prize_win"), ({ amount }) => ({ amount: plus(amount, -1n) })),
    "no fee": dropTransaction(isType("house_fee")),
    "a fee for a player": changeTransaction(isType("house_fee"), () => ({ userId: stranger })),
    "a prize before the draw": repeatTransaction(
      isType("prize_win"),
      (rows) => ({ counterAccount: `draw:${the(rows, "open").id}` })
    )
  },
  "refund-once": {
    "a ticket not paid back": inVoid(dropTransaction(isTicketRefund)),
    "a ticket paid back twice": inVoid(repeatTransaction(isTicketRefund)),
    "a ticket paid back to another": inVoid(changeTransaction(isTicketRefund, () => ({ userId: stranger }))),
    "too little paid back": inVoid(changeTransaction(isTicketRefund, () => ({ amount: cents(99n) }))),
    "credit paid back as winnings": inVoid(
      changeTransaction(isTicketRefund, () => ({ withdrawableDelta: ticketPrice }))
    ),
    "something else paid back": inVoid(
      changeTransaction(isTicketRefund, () => ({ referenceId: "DDL-20260203-00000" }))
    ),
    "a ticket that a void is said to have paid back": changeDraw("open", ({ notes, opensAt }) => ({
      beganVoid: { begunAt: opensAt, note: notes.open, refundedEntries: 1 }
    })),
    "a ticket of a drawn draw paid back": changeTransaction(isType("prize_win"), () => ({ type: "refund" }))
  },
  "seed-opens-commitment": {
    "another seed": changeDraw("drawn", ({ seed }) => ({ seed: otherHex(present(seed)) })),
    "no seed": changeDraw("drawn", () => ({ seed: null })),
    "a seed shown too early": changeDraw("scheduled", (_, rows) => ({ seed: the(rows, "drawn").seed }))
  },
  "seal-valid": {
    "another seal": changeTicket(({ ticketHash }) => ({ ticketHash: otherHex(ticketHash) })),
    "another owner commitment": changeTicket(({ ownerCommit }) => ({ ownerCommit: otherHex(ownerCommit) })),
    "another owner": changeTicket(() => ({ userId: stranger })),
    "another time": changeTicket(({ purchasedAt }, rows) => ({
      purchasedAt: the(rows, "open").opensAt ?? purchasedAt
    })),
    "an unknown secret": changeTicket(() => ({ sealKeyId: "lost" }))
  },
  "root-is-tickets": {
    "a tree without its tickets": changeDraw("open", () => ({ frontier: emptyFrontier })),
    "a root of other tickets": changeDraw(
      "drawn",
      ({ entriesRoot }) => ({ entriesRoot: otherHex(present(entriesRoot)) })
    ),
    "a locked ticket changed": changeTicket(({ ticketHash }) => ({ ticketHash: otherHex(ticketHash) })),
    "a locked ticket removed": (rows) => ({ ...rows, tickets: rows.tickets.slice(1) })
  },
  "records-signed": {
    "a record changed after it was signed": changeDraw("drawn", ({ notes }) => ({
      notes: { ...notes, lock: present(notes.lock).replace("entries 7", "entries 8") }
    })),
    "an unsigned record": changeDraw("drawn", ({ notes }) => ({
      notes: { ...notes, result: present(parseNote(present(notes.result))).text }
    })),
    "a record of another draw": changeDraw("open", ({ notes }, rows) => ({
      notes: { ...notes, open: the(rows, "scheduled").notes.open }
    })),
    "a link that is gone from the chain": (rows) => ({ ...rows, draws: rows.draws.slice(1) }),
    "a draw without its last record": changeDraw("drawn", ({ notes }) => ({ notes: { ...notes, result: null } })),
    "a draw without its lock record": changeDraw("drawn", ({ notes }) => ({ notes: { ...notes, lock: null } })),
    "an open draw with a lock record": changeDraw("open", ({ notes }, rows) => ({
      notes: { ...notes, lock: the(rows, "drawn").notes.lock }
    })),
    "hours that are not the promised ones": changeDraw("open", ({ opensAt }) => ({ closesAt: opensAt })),
    "a room that closes by the clock": changeDraw("locked", ({ opensAt }) => ({ closesAt: opensAt })),
    "a room of a day": changeDraw("locked", (_, rows) => ({ drawDate: the(rows, "open").drawDate })),
    "a lock time that is not the signed one": changeDraw("drawn", ({ opensAt }) => ({ lockedAt: opensAt })),
    "a winner who is not the signed one": changeDraw("drawn", ({ winningPosition }) => ({
      winningPosition: position(present(winningPosition) % 7 + 1)
    })),
    "a void that began, of a draw on sale": changeDraw("open", ({ notes, opensAt }) => ({
      beganVoid: { begunAt: opensAt, note: notes.open, refundedEntries: 0 }
    })),
    "a refund that is not the signed one": inVoid(
      changeDraw("void", ({ totalEntries }) => ({ totalEntries: totalEntries - 1 }))
    )
  },
  "winner-is-derived": {
    "another position": changeDraw("drawn", ({ winningPosition }) => ({
      winningPosition: position(present(winningPosition) % 7 + 1)
    })),
    "no winner": changeDraw("drawn", () => ({ winningPosition: null })),
    "a winner before the draw": changeDraw("scheduled", () => ({ winningPosition: position(1) }))
  },
  "room-members": {
    "a ticket of who is no member": changeRoom(({ hostId, members }) => ({
      members: members.filter(({ userId }) => userId === hostId)
    })),
    "two tickets of a member": (rows) => {
      const { hostId, id } = present(rows.rooms[0])
      const tickets = rows.tickets.map((ticket) => ticket.drawId === id ? { ...ticket, userId: hostId } : ticket)
      return { ...rows, tickets }
    },
    "more members than there are places": changeRoom(() => ({ maxParticipants: 2 })),
    "a member twice": changeRoom(({ members }) => ({ members: [...members.slice(1), ...members.slice(0, 2)] })),
    "a host who is no member": changeRoom(() => ({ hostId: stranger })),
    "a room without a draw": (rows) => ({ ...rows, draws: rows.draws.filter(({ id }) => id !== rows.rooms[0]?.id) }),
    "a daily draw with a room": (rows) => ({
      ...rows,
      rooms: [...rows.rooms, { ...present(rows.rooms[0]), id: the(rows, "scheduled").id }]
    }),
    "a room's draw without a room": (rows) => ({ ...rows, rooms: rows.rooms.slice(1) })
  },
  "prizes-mature": {
    "a prize that rests no longer": (rows) => ({
      ...rows,
      wallets: rows.wallets.map((wallet) => ({ ...wallet, maturing: [] }))
    }),
    "a cent of it that rests no longer": (rows) => ({
      ...rows,
      wallets: rows.wallets.map((wallet) => ({
        ...wallet,
        maturing: wallet.maturing.map((prize) => ({ ...prize, amount: plus(prize.amount, -1n) }))
      }))
    }),
    "a prize that rests and was won in no room": changeTransaction(
      ({ maturesAt }) => maturesAt !== null,
      () => ({ maturesAt: null })
    )
  },
  "prizes-await-identity": {
    "a prize that waits no longer": changeTransaction(isType("prize_win"), () => ({ awaitsIdentity: true })),
    "a prize that waits and was never won": changeWallet(() => ({
      awaiting: [{ amount: cents(1n), maturesAt: null }]
    })),
    "a prize that waits of who is verified": (rows) => {
      const [prize] = rows.transactions.filter(isType("prize_win"))
      const isWinner = (id: string) => id === prize?.userId
      return {
        ...rows,
        users: rows.users.map((user) => isWinner(user.id) ? { ...user, kycStatus: "verified" as const } : user),
        wallets: rows.wallets.map((wallet) =>
          isWinner(wallet.userId)
            ? { ...wallet, awaiting: [{ amount: present(prize).withdrawableDelta, maturesAt: null }] }
            : wallet
        ),
        transactions: rows.transactions.map((row) => row === prize ? { ...row, awaitsIdentity: true } : row)
      }
    }
  },
  "debt-is-receivable": {
    "a debt that is forgotten": changeDebtor(() => ({ debt: zero })),
    "a debt out of nothing": changeWallet(() => ({ debt: cents(1n) })),
    "money in the hands of who owes": changeDebtor(() => ({ balance: cents(1n) })),
    "a debt to another's account": changeTransaction(
      isType("debt"),
      () => ({ counterAccount: `receivable:${stranger}` })
    ),
    "another's debt": changeTransaction(isType("debt"), () => ({ userId: stranger })),
    "a debt that is less than nothing": changeWallet(() => ({ debt: cents(-1n) }))
  },
  "funding-once": {
    "a deposit that never came": dropTransaction(isType("deposit")),
    "a deposit credited twice": repeatTransaction(isType("deposit")),
    "a deposit of another": changeTransaction(isType("deposit"), () => ({ userId: stranger })),
    "a cent too much": changeTransaction(isType("deposit"), ({ amount }) => ({ amount: plus(amount, 1n) })),
    "a deposit from another store": changeTransaction(
      isType("deposit"),
      () => ({ counterAccount: "deposits:elsewhere" })
    ),
    "a deposit of which nothing was said": (rows) => ({ ...rows, fundings: rows.fundings.slice(1) }),
    "a reference twice": (rows) => ({ ...rows, fundings: [...rows.fundings, ...rows.fundings.slice(0, 1)] }),
    "a refund that took nothing": dropTransaction(isType("chargeback")),
    "a refund that took twice": repeatTransaction(isType("chargeback")),
    "a refund that took too little": changeTransaction(
      isType("chargeback"),
      ({ amount }) => ({ amount: plus(amount, 1n) })
    ),
    "a refund of another's": changeTransaction(isType("chargeback"), () => ({ userId: stranger })),
    "a deposit not given back": dropTransaction(isGiveBack),
    "a deposit given back twice": repeatTransaction(isGiveBack),
    "a deposit given back of no chargeback": changeTransaction(isGiveBack, () => ({ referenceId: "reversal:none" })),
    "a refund that nobody acted on": changeFunding("play_store:late", { refunded: true }),
    "a reversal that nobody acted on": changeFunding("play_store:taken-back", { refundReversed: true }),
    "a purchase that nobody acted on": changeFunding("app_store:nobody's", { userId: stranger }),
    "a credit that never was": changeFunding("app_store:refunded-first", { creditStatus: "credited" })
  },
  "withdrawal-settled": {
    "a withdrawal without a movement": dropTransaction(isType("withdrawal")),
    "a movement without a withdrawal": (rows) => ({ ...rows, withdrawals: rows.withdrawals.slice(1) }),
    "a withdrawal twice": (rows) => ({ ...rows, withdrawals: [...rows.withdrawals, ...rows.withdrawals.slice(0, 1)] }),
    "another amount": changeWithdrawal("pending", { amount: cents(101n) }),
    "another player": changeWithdrawal("pending", { userId: stranger }),
    "a payment that its movement knows nothing of": changeWithdrawal("pending", { status: "paid" }),
    "a failure that its movement knows nothing of": changeTransaction(
      ({ status }) => status === "failed",
      () => ({ status: "completed" })
    ),
    "money that was paid and came back": changeWithdrawal("returned", { status: "paid" }),
    "money that did not come back": dropTransaction(isReturn),
    "money that came back twice": repeatTransaction(isReturn),
    "money that came back to another": changeTransaction(isReturn, () => ({ userId: stranger })),
    "a cent that did not come back": changeTransaction(isReturn, ({ amount }) => ({ amount: plus(amount, -1n) })),
    "credit that came back as winnings": changeTransaction(isReturn, ({ amount }) => ({ withdrawableDelta: amount })),
    "money that came back of no withdrawal": changeTransaction(isReturn, () => ({ referenceId: "none" }))
  },
  "by-hand-once": {
    "an adjustment of another amount than its movement": (rows) => ({
      ...rows,
      adjustments: rows.adjustments.map((row) => ({ ...row, amount: plus(row.amount, 1n) }))
    }),
    "an adjustment that nobody is written down for": (rows) => ({ ...rows, operatorLog: [] }),
    "a movement that no adjustment says": (rows) => ({ ...rows, adjustments: [] }),
    "an approval that was not done": (rows) => ({
      ...rows,
      approvals: rows.adjustments.map((row): Approval => ({
        id: "approved",
        money: { ...adjustmentMoney(row), reference: "credit:two" },
        asked: byAnn,
        askedAt: instant(0),
        expiresAt: instant(1),
        state: "done",
        decidedBy: "bob",
        decidedAt: instant(0)
      }))
    })
  },
  "keys-once": {
    "an answer with another's withdrawal": (rows) => ({
      ...rows,
      answers: rows.answers.map((answer) =>
        answer.answer._tag === "Withdrawal" ? { ...answer, userId: stranger } : answer
      )
    }),
    "an answer with a withdrawal that is none": (rows) => ({
      ...rows,
      answers: rows.answers.map((answer) =>
        answer.answer._tag === "Withdrawal" ? { ...answer, answer: { ...answer.answer, withdrawalId: "none" } } : answer
      )
    }),
    "two answers with the same withdrawal": (rows) => ({
      ...rows,
      answers: rows.answers.flatMap((answer) =>
        answer.answer._tag === "Withdrawal" ? [answer, { ...answer, key: `${answer.key} again` }] : [answer]
      )
    }),
    "an answer with another's tickets": (rows) => ({
      ...rows,
      answers: rows.answers.map((answer) =>
        answer.answer._tag === "Withdrawal" ? answer : { ...answer, userId: stranger }
      )
    }),
    "an answer with more than was bought": (rows) => ({
      ...rows,
      answers: rows.answers.map(({ answer, ...key }) => ({
        ...key,
        answer: answer._tag === "Withdrawal" || answer._tag === "Checkout"
          ? answer
          : { ...answer, block: { ...answer.block, quantity: answer.block.quantity + 1 } }
      }))
    }),
    "two answers with the same tickets": (rows) => ({
      ...rows,
      answers: rows.answers.flatMap((answer) =>
        answer.answer._tag === "Withdrawal" ? [answer] : [answer, { ...answer, key: `${answer.key} again` }]
      )
    })
  }
}

const makeAudit = Effect.gen(function*() {
  const sealing = yield* Sealing
  const { vkeys } = yield* RecordSigner
  const keys = { sha256: sealing.sha256, sealerOf: makeSeals(sealing).find, isSigned: makeNoteCheck(sealing, vkeys) }
  return (rows: Rows) => auditRows(rows, keys, instant(0))
})

describe("the audit", () => {
  it.effect("finds nothing in good books", () =>
    Effect.gen(function*() {
      const audit = yield* makeAudit
      const rows = yield* twoDays
      const voided = yield* withVoid(rows)
      for (const good of [rows, voided]) assert.deepStrictEqual(audit(good).findings, [])
      // the order of rows means nothing
      const reversed: Rows = {
        ...voided,
        wallets: voided.wallets.toReversed(),
        transactions: voided.transactions.toReversed(),
        draws: voided.draws.toReversed(),
        tickets: voided.tickets.toReversed(),
        fundings: voided.fundings.toReversed(),
        withdrawals: voided.withdrawals.toReversed(),
        rooms: voided.rooms.toReversed()
      }
      assert.deepStrictEqual(audit(reversed).findings, [])
    }).pipe(Effect.provide(Memory.layer())))

  it.effect("gives at most a hundred findings of one kind", () =>
    Effect.gen(function*() {
      const audit = yield* makeAudit
      yield* openSales
      const ada = yield* fundedPlayer("ada", dollars(200))
      for (const quantity of [100, 100]) yield* buy(ada, quantity)
      const rows = rowsOf(yield* Store)
      const broken = { ...rows, tickets: rows.tickets.map((ticket) => ({ ...ticket, sealKeyId: "lost" })) }
      assert.strictEqual(audit(broken).findings.filter(({ invariant }) => invariant === "seal-valid").length, 100)
    }).pipe(Effect.provide(Memory.layer())))
})

for (const [invariant, ways] of Object.entries(breaks)) {
  describe(`the audit of ${invariant}`, () => {
    for (const [way, broken] of Object.entries(ways)) {
      it.effect(`finds ${way}`, () =>
        Effect.gen(function*() {
          const audit = yield* makeAudit
          const rows = yield* twoDays
          const found = audit(broken(rows, yield* withVoid(rows))).findings
          assert.include(found.map((finding) => finding.invariant as string), invariant)
          for (const { detail, subject } of found) assert.isTrue(subject !== "" && detail !== "")
        }).pipe(Effect.provide(Memory.layer())))
    }
  })
}
