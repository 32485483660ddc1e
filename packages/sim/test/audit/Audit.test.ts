/** The audit finds nothing in good books, and each way of breaking them. */
import type { DrawStatus } from "@ddd/core/Draw"
import { houseUserId, position, userId } from "@ddd/core/Ids"
import { emptyFrontier } from "@ddd/core/Merkle"
import { type Cents, cents, ticketPrice } from "@ddd/core/Money"
import { parseNote } from "@ddd/core/Note"
import type { Invariant } from "@ddd/core/ports/Books"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { Sealing } from "@ddd/core/ports/Sealing"
import { formatVoid } from "@ddd/core/Record"
import { voidRecord } from "@ddd/core/Settlement"
import { isRefusal, refundTicket } from "@ddd/core/Wallet"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { auditRows } from "../../src/audit/Audit.ts"
import { makeNoteCheck } from "../../src/memory/BooksMemory.ts"
import * as Memory from "../../src/memory/Memory.ts"
import { rowsOf, Store } from "../../src/memory/Store.ts"
import type { DrawRow, Rows, TicketRow, TransactionRow, WalletRow } from "../../src/Rows.ts"
import { makeSealers } from "../../src/Sealers.ts"
import { advancePast, buy, catchUp, deposit, dollars, fundedPlayer, openSales, present } from "../../src/Steps.ts"

/** Two days of two players: a draw that is drawn, one that is open, seven to come. */
const twoDays = Effect.gen(function*() {
  const draw = yield* openSales
  const ada = yield* fundedPlayer("ada", dollars(20))
  const bob = yield* fundedPlayer("bob", dollars(20))
  for (const player of [ada, bob, ada]) yield* buy(player, 2)
  yield* buy(bob, 1, { key: "first" })
  yield* advancePast(draw)
  yield* catchUp
  yield* buy(ada, 3, { key: "second" })
  yield* buy(bob, 2, { key: "third" })
  yield* deposit(ada, dollars(1), "test:more")
  const rows = rowsOf(yield* Store)
  return { ...rows, transactions: rows.transactions.toSorted((a, b) => a.id < b.id ? -1 : 1) }
})

/** The same books with the open draw declared void and its tickets paid back. */
const withVoid = Effect.fnUntraced(function*(rows: Rows) {
  const { sha256 } = yield* Sealing
  const signer = yield* RecordSigner
  const draw = the(rows, "open")
  const openText = present(parseNote(draw.notes.open)).text
  const record = voidRecord(sha256, openText, null, "deadline", null, draw.totalEntries)
  const note = yield* signer.sign(formatVoid(record))
  const wallets = new Map(rows.wallets.map((wallet) => [wallet.userId, wallet]))
  const refunds = rows.tickets.filter(({ drawId }) => drawId === draw.id).map((ticket): TransactionRow => {
    const paid = present(
      rows.transactions.find((row) => row.type === "ticket_purchase" && row.referenceId === ticket.ticketId)
    )
    const wallet = present(wallets.get(ticket.userId))
    const moved = refundTicket(wallet, paid.withdrawableDelta, draw.id, ticket.ticketId)
    if (isRefusal(moved)) return assert.fail("a refund fits in a wallet")
    wallets.set(ticket.userId, { ...wallet, ...moved.wallet })
    const { createdAt, userId } = paid
    return { ...moved.movement, id: `refund of ${ticket.ticketId}`, userId, status: "completed", createdAt }
  })
  return {
    ...rows,
    wallets: [...wallets.values()],
    transactions: [...rows.transactions, ...refunds],
    draws: rows.draws.map((row): DrawRow =>
      row === draw ? { ...row, status: "void", notes: { ...row.notes, result: note } } : row
    )
  }
})

const the = ({ draws }: Rows, status: DrawStatus): DrawRow => present(draws.find((draw) => draw.status === status))

/** Breaks good books: those of two days, or the same with a void draw. */
type Break = (rows: Rows, voided: Rows) => Rows

const inVoid = (broken: Break): Break => (_, voided) => broken(voided, voided)

const changeDraw = (status: DrawStatus, change: (draw: DrawRow, rows: Rows) => Partial<DrawRow>): Break => (rows) => {
  const chosen = the(rows, status)
  return { ...rows, draws: rows.draws.map((draw) => draw === chosen ? { ...draw, ...change(draw, rows) } : draw) }
}

/** Changes the first ticket of the drawn draw. */
const changeTicket = (change: (ticket: TicketRow, rows: Rows) => Partial<TicketRow>): Break => (rows) => {
  const { id } = the(rows, "drawn")
  const chosen = rows.tickets.find(({ drawId }) => drawId === id)
  return {
    ...rows,
    tickets: rows.tickets.map((ticket) => ticket === chosen ? { ...ticket, ...change(ticket, rows) } : ticket)
  }
}

const isType = (type: TransactionRow["type"]) => (row: TransactionRow): boolean => row.type === type

const changeTransaction = (
  which: (row: TransactionRow) => boolean,
  change: (row: TransactionRow, rows: Rows) => Partial<TransactionRow>
): Break =>
(rows) => {
  const chosen = present(rows.transactions.find(which))
  return {
    ...rows,
    transactions: rows.transactions.map((row) => row === chosen ? { ...row, ...change(row, rows) } : row)
  }
}

const dropTransaction = (which: (row: TransactionRow) => boolean): Break => (rows) => {
  const chosen = present(rows.transactions.find(which))
  return { ...rows, transactions: rows.transactions.filter((row) => row !== chosen) }
}

/** Adds a movement like another one, as the newest of its wallet, which follows it. */
const repeatTransaction = (
  which: (row: TransactionRow) => boolean,
  change: (rows: Rows) => Partial<TransactionRow> = () => ({})
): Break =>
(rows) => {
  const again = { ...present(rows.transactions.find(which)), ...change(rows) }
  const wallet = present(rows.wallets.find(({ userId }) => userId === again.userId))
  const after = {
    ...wallet,
    seq: wallet.seq + 1,
    balance: cents(wallet.balance + again.amount),
    withdrawable: cents(wallet.withdrawable + again.withdrawableDelta)
  }
  return {
    ...rows,
    wallets: rows.wallets.map((row) => row === wallet ? after : row),
    transactions: [...rows.transactions, { ...again, id: "again", seq: after.seq, balanceAfter: after.balance }]
  }
}

/** Changes the richest player's wallet. */
const changeWallet = (change: (wallet: WalletRow) => Partial<WalletRow>): Break => (rows) => {
  const players = rows.wallets.filter(({ userId }) => userId !== houseUserId)
  const chosen = players.toSorted((a, b) => Number(b.balance - a.balance))[0]
  return { ...rows, wallets: rows.wallets.map((row) => row === chosen ? { ...row, ...change(row) } : row) }
}

const plus = (amount: Cents, more: bigint): Cents => cents(amount + more)
const otherHex = (hex: string): string => (hex.startsWith("0") ? "1" : "0") + hex.slice(1)
const stranger = userId("01900000-0000-7000-8000-00000000dead")

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
    "a ticket not paid back": inVoid(dropTransaction(isType("refund"))),
    "a ticket paid back twice": inVoid(repeatTransaction(isType("refund"))),
    "a ticket paid back to another": inVoid(changeTransaction(isType("refund"), () => ({ userId: stranger }))),
    "too little paid back": inVoid(changeTransaction(isType("refund"), () => ({ amount: cents(99n) }))),
    "credit paid back as winnings": inVoid(
      changeTransaction(isType("refund"), () => ({ withdrawableDelta: ticketPrice }))
    ),
    "something else paid back": inVoid(
      changeTransaction(isType("refund"), () => ({ referenceId: "DDL-20260203-00000" }))
    ),
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
    "a lock time that is not the signed one": changeDraw("drawn", ({ opensAt }) => ({ lockedAt: opensAt })),
    "a winner who is not the signed one": changeDraw("drawn", ({ winningPosition }) => ({
      winningPosition: position(present(winningPosition) % 7 + 1)
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
  "keys-once": {
    "an answer with another's tickets": (rows) => ({
      ...rows,
      answers: rows.answers.map((answer) => ({ ...answer, userId: stranger }))
    }),
    "an answer with more than was bought": (rows) => ({
      ...rows,
      answers: rows.answers.map((answer) => ({
        ...answer,
        sold: answer.sold && { ...answer.sold, quantity: answer.sold.quantity + 1 }
      }))
    }),
    "two answers with the same tickets": (rows) => ({
      ...rows,
      answers: rows.answers.flatMap((answer) => [answer, { ...answer, key: `${answer.key} again` }])
    })
  }
}

const makeAudit = Effect.gen(function*() {
  const sealing = yield* Sealing
  const { vkeys } = yield* RecordSigner
  const keys = { sha256: sealing.sha256, sealerOf: makeSealers(sealing), isSigned: makeNoteCheck(sealing, vkeys) }
  return (rows: Rows) => auditRows(rows, keys)
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
        tickets: voided.tickets.toReversed()
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
