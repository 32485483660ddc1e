/** Good books to break, and ways of breaking them. */
import type { DrawStatus } from "@ddd/core/draws/Draw"
import { voidRecord } from "@ddd/core/draws/Voiding"
import type { Funding, FundingEvent } from "@ddd/core/money/Funding"
import { type Cents, cents } from "@ddd/core/money/Money"
import { refundTicket, type TransactionType } from "@ddd/core/money/Wallet"
import type { Withdrawal, WithdrawalStatus } from "@ddd/core/money/Withdrawal"
import { Adjustments } from "@ddd/core/ports/Adjustments"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { Sealing } from "@ddd/core/ports/Sealing"
import { parseNote } from "@ddd/core/proof/Note"
import { formatVoid } from "@ddd/core/proof/RecordText"
import { houseUserId, userId } from "@ddd/core/values/Ids"
import { assert } from "@effect/vitest"
import { Effect, Result } from "effect"
import type { DrawRow, RoomRow, Rows, TicketRow, TransactionRow, WalletRow } from "../../src/audit/Rows.ts"
import { rowsOf, Store } from "../../src/memory/Store.ts"
import { byAnn } from "../../src/scenario/Operators.ts"
import { buyInRoom, closeRoom, executeDraw, roomOf, startDraw } from "../../src/scenario/RoomSteps.ts"
import {
  advancePast,
  applyReport,
  buy,
  catchUp,
  claim,
  deposit,
  dollars,
  fundedPlayer,
  openSales,
  payablePlayer,
  payOut,
  payoutSeen,
  present,
  purchaseOf,
  tell,
  transferSeen,
  withdraw
} from "../../src/scenario/Steps.ts"

const refundOf = (reference: string): FundingEvent => ({ _tag: "Refunded", reference })

/** Money that comes in and goes out in every way: as carol's, and as dan's, who owes in the end. */
const moneyInAndOut = Effect.gen(function*() {
  const carol = yield* payablePlayer("carol", dollars(20))
  yield* tell(purchaseOf(carol, dollars(5), "app_store:given-back"))
  yield* tell(refundOf("app_store:given-back"))
  yield* tell({ _tag: "RefundReversed", reference: "app_store:given-back" })

  const { transaction: paid } = yield* withdraw(carol, dollars(3), { key: "paid" })
  yield* payOut(paid.id)
  const { transaction: failed } = yield* withdraw(carol, dollars(2))
  const { withdrawal: { turn } } = yield* claim(failed.id)
  yield* applyReport(
    failed.id,
    { _tag: "Refused", step: "transfer", attempt: 1, reason: "the account is closed" },
    turn
  )
  const { transaction: returned } = yield* withdraw(carol, dollars(4))
  yield* applyReport(returned.id, payoutSeen(yield* payOut(returned.id), "failed"))
  const { withdrawal } = yield* claim(returned.id)
  yield* applyReport(returned.id, transferSeen(withdrawal, withdrawal.amount), withdrawal.turn)
  yield* withdraw(carol, dollars(1), { key: "pending" })

  const dan = yield* payablePlayer("dan", dollars(1))
  yield* tell(purchaseOf(dan, dollars(7), "play_store:taken-back"))
  const { transaction: gone } = yield* withdraw(dan, dollars(8))
  yield* payOut(gone.id)
  yield* tell(refundOf("play_store:taken-back"))
  yield* tell(purchaseOf(dan, dollars(2), "play_store:late"))

  yield* tell(refundOf("app_store:refunded-first"))
  yield* tell({
    _tag: "Purchased",
    reference: "app_store:nobody's",
    amount: dollars(5),
    buyer: { _tag: "Named", names: ["erin"] }
  })
})

/** Rooms of hal, ida and jo: one that is open, one locked, one drawn, one closed; each with the tickets of hal and ida. */
const privateRooms = Effect.gen(function*() {
  const hal = yield* fundedPlayer("hal", dollars(6))
  const ida = yield* fundedPlayer("ida", dollars(6))
  const jo = yield* fundedPlayer("jo", dollars(1))
  const [, locked, drawn, closed] = yield* Effect.forEach([1, 2, 3, 4], () =>
    Effect.gen(function*() {
      const room = yield* roomOf([hal, ida, jo], 3)
      yield* buyInRoom(hal, room, { key: `in ${room.id}` })
      yield* buyInRoom(ida, room)
      return room
    }))
  yield* startDraw(hal, present(locked))
  yield* startDraw(hal, present(drawn))
  yield* executeDraw(hal, present(drawn))
  yield* closeRoom(hal, present(closed))
})

/** Two days of players: a draw that is drawn, one that is open, seven to come; rooms; and money in and out. */
export const twoDays = Effect.gen(function*() {
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
  yield* Adjustments.use((port) =>
    port.adjust({ userId: ada, amount: dollars(1), isWinnings: true, reference: "credit:one", corrects: null }, byAnn)
  )
  yield* moneyInAndOut
  yield* privateRooms
  const rows = rowsOf(yield* Store)
  return { ...rows, transactions: rows.transactions.toSorted((a, b) => a.id < b.id ? -1 : 1) }
})

/** The same books with the open draw declared void and its tickets paid back. */
export const withVoid = Effect.fnUntraced(function*(rows: Rows) {
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
    const moved = refundTicket(wallet, wallet.userId, paid.withdrawableDelta, draw.id, ticket.ticketId)
    if (Result.isFailure(moved)) return assert.fail("a refund fits in a wallet")
    wallets.set(ticket.userId, { ...wallet, ...moved.success.wallet })
    const { createdAt, userId } = paid
    const [movement] = moved.success.movements
    return { ...present(movement), id: `refund of ${ticket.ticketId}`, userId, status: "completed", createdAt }
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

export const the = ({ draws }: Rows, status: DrawStatus): DrawRow =>
  present(draws.find((draw) => draw.status === status))

/** Breaks good books: those of two days, or the same with a void draw. */
export type Break = (rows: Rows, voided: Rows) => Rows

export const inVoid = (broken: Break): Break => (_, voided) => broken(voided, voided)

export const changeDraw =
  (status: DrawStatus, change: (draw: DrawRow, rows: Rows) => Partial<DrawRow>): Break => (rows) => {
    const chosen = the(rows, status)
    return { ...rows, draws: rows.draws.map((draw) => draw === chosen ? { ...draw, ...change(draw, rows) } : draw) }
  }

/** Changes the first ticket of the drawn draw. */
export const changeTicket = (change: (ticket: TicketRow, rows: Rows) => Partial<TicketRow>): Break => (rows) => {
  const { id } = the(rows, "drawn")
  const chosen = rows.tickets.find(({ drawId }) => drawId === id)
  return {
    ...rows,
    tickets: rows.tickets.map((ticket) => ticket === chosen ? { ...ticket, ...change(ticket, rows) } : ticket)
  }
}

/** Changes the first room, which is open. */
export const changeRoom = (change: (room: RoomRow) => Partial<RoomRow>): Break => (rows) => {
  const chosen = present(rows.rooms[0])
  return { ...rows, rooms: rows.rooms.map((room) => room === chosen ? { ...room, ...change(room) } : room) }
}

export const isType = (type: TransactionType) => (row: TransactionRow): boolean => row.type === type

export const changeTransaction = (
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

export const dropTransaction = (which: (row: TransactionRow) => boolean): Break => (rows) => {
  const chosen = present(rows.transactions.find(which))
  return { ...rows, transactions: rows.transactions.filter((row) => row !== chosen) }
}

/** Adds a movement like another one, as the newest of its wallet, which follows it. */
export const repeatTransaction = (
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
export const changeWallet = (change: (wallet: WalletRow) => Partial<WalletRow>): Break => (rows) => {
  const players = rows.wallets.filter(({ userId }) => userId !== houseUserId)
  const chosen = players.toSorted((a, b) => Number(b.balance - a.balance))[0]
  return { ...rows, wallets: rows.wallets.map((row) => row === chosen ? { ...row, ...change(row) } : row) }
}

/** Changes the wallet of who owes. */
export const changeDebtor = (change: (wallet: WalletRow) => Partial<WalletRow>): Break => (rows) => {
  const chosen = present(rows.wallets.find(({ debt }) => debt > 0n))
  return { ...rows, wallets: rows.wallets.map((row) => row === chosen ? { ...row, ...change(row) } : row) }
}

/** Changes the funding of that reference. */
export const changeFunding = (reference: string, change: Partial<Funding>): Break => (rows) => {
  const chosen = present(rows.fundings.find((funding) => funding.reference === reference))
  return { ...rows, fundings: rows.fundings.map((row) => row === chosen ? { ...row, ...change } : row) }
}

/** Changes a withdrawal of that status. */
export const changeWithdrawal = (status: WithdrawalStatus, change: Partial<Withdrawal>): Break => (rows) => {
  const chosen = present(rows.withdrawals.find((withdrawal) => withdrawal.status === status))
  return { ...rows, withdrawals: rows.withdrawals.map((row) => row === chosen ? { ...row, ...change } : row) }
}

/** A ticket's price that came back. */
export const isTicketRefund = (row: TransactionRow): boolean =>
  row.type === "refund" && row.counterAccount.startsWith("draw:")

/** A withdrawal that came back. */
export const isReturn = (row: TransactionRow): boolean => row.type === "refund" && row.counterAccount === "payouts"

export const plus = (amount: Cents, more: bigint): Cents => cents(amount + more)
export const otherHex = (hex: string): string => (hex.startsWith("0") ? "1" : "0") + hex.slice(1)
export const stranger = userId("01900000-0000-7000-8000-00000000dead")
