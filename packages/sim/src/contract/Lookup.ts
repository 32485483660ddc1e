/** What every adapter must find for operators, and what it must not. */
import { cents } from "@ddd/core/money/Money"
import { readingsOf } from "@ddd/core/operators/Search"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Adjustments } from "@ddd/core/ports/Adjustments"
import { Draws } from "@ddd/core/ports/Draws"
import { Ledger } from "@ddd/core/ports/Ledger"
import { Lookup } from "@ddd/core/ports/Lookup"
import { OperatorLog } from "@ddd/core/ports/OperatorLog"
import { PlayControls } from "@ddd/core/ports/PlayControls"
import { WebhookInbox } from "@ddd/core/ports/WebhookInbox"
import { utf8Bytes } from "@ddd/core/values/Bytes"
import { ticketId, type UserId } from "@ddd/core/values/Ids"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { byAnn } from "../scenario/Operators.ts"
import { pagesOf } from "../scenario/Pages.ts"
import { makeRoom } from "../scenario/RoomSteps.ts"
import {
  buy,
  dollars,
  drawNow,
  fundedPlayer,
  openSales,
  payablePlayer,
  payOut,
  present,
  purchaseOf,
  signUp,
  tell,
  withdraw,
  withdrawalAt
} from "../scenario/Steps.ts"
import { firstHash, newPlayer } from "./Players.ts"
import { contract, type Subject } from "./Subject.ts"

/** What bears a text, as `kind id`. */
const found = (text: string) =>
  Lookup.use((lookup) => Effect.map(lookup.find(readingsOf(text)), (all) => all.map(({ id, kind }) => `${kind} ${id}`)))

const nobody = { frozen: false, excluded: false, inDebt: false }

const listed = (filter: Partial<typeof nobody>) =>
  Lookup.use((lookup) =>
    Effect.map(
      pagesOf(1, (page) => lookup.players({ ...nobody, ...filter }, page)),
      (pages) => pages.flat().map(({ username }) => username)
    )
  )

const beginning = (prefix: string, limit = 10) =>
  Lookup.use((lookup) =>
    Effect.map(lookup.beginningWith(prefix, limit), (players) => players.map(({ username }) => username))
  )

export const lookupContract = (subject: Subject): void =>
  contract("Lookup", subject, (it) => {
    it(
      "finds draws, rooms, tickets and movements by whatever they are called, in any case, and nothing for anything else",
      Effect.gen(function*() {
        const draw = yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(5))
        const { tickets } = yield* buy(ada, 1)
        const ticket = present(tickets[0])
        const room = yield* makeRoom(ada)
        const [movement] = (yield* Ledger.use((ledger) =>
          ledger.transactions(ada, "ticket_purchase", { limit: 1, cursor: null })
        )).items
        const paid = present(movement).id
        assert.deepStrictEqual(yield* found(ticket.ticketId.toLowerCase()), [`ticket ${ticket.ticketId}`])
        assert.deepStrictEqual(yield* found(ticket.id.toUpperCase()), [`ticket ${ticket.ticketId}`])
        assert.deepStrictEqual(yield* found(present(draw.drawDate)), [`draw ${draw.id}`])
        assert.deepStrictEqual(yield* found(draw.id), [`draw ${draw.id}`])
        assert.deepStrictEqual(yield* found(room.code.toLowerCase()), [`room ${room.id}`])
        assert.deepStrictEqual(yield* found(room.id), [`room ${room.id}`])
        assert.deepStrictEqual(yield* found(paid), [`movement ${paid}`])
        for (const text of ["", "nothing", "2019-01-01", "DDL-20190101-00000", "222222", "tr_none", ada]) {
          assert.deepStrictEqual(yield* found(text), [], text)
        }
      })
    )

    it(
      "finds money by its reference in any spelling, and by what the provider and the shop call it",
      Effect.gen(function*() {
        const ada = yield* payablePlayer("ada", dollars(9))
        yield* tell(purchaseOf(ada, dollars(5), "app_store:1"))
        assert.deepStrictEqual(yield* found("APP_STORE:1"), ["purchase app_store:1"])
        const adjust = { userId: ada, amount: dollars(1), isWinnings: false, corrects: null, reference: "credit:t-1" }
        const { transaction } = yield* Adjustments.use((adjustments) => adjustments.adjust(adjust, byAnn))
        for (const text of ["t-1", "credit:t-1"]) {
          assert.deepStrictEqual(yield* found(text), [`movement ${transaction.id}`])
        }
        const { id } = (yield* withdraw(ada, dollars(2))).transaction
        yield* payOut(id)
        const { account, payout, transfer } = yield* withdrawalAt(id)
        for (const name of [id, present(transfer.objectId), present(payout.objectId)]) {
          assert.deepStrictEqual(yield* found(name), [`withdrawal ${id}`], name)
        }
        assert.deepStrictEqual(yield* found(account), [`payout account ${account}`])
        const inbox = yield* WebhookInbox
        yield* inbox.receive({ sender: "stripe", eventId: "evt_1", type: "transfer.created", body: utf8Bytes("{}") })
        const event = present((yield* inbox.list({}, { limit: 1, cursor: null })).items[0]).id
        for (const name of [event, "evt_1"]) assert.deepStrictEqual(yield* found(name), [`event ${event}`])
        const [entry] = (yield* OperatorLog.use((log) => log.list({}, { limit: 1, cursor: null }))).items
        assert.deepStrictEqual(yield* found(present(entry).id), [`log entry ${present(entry).id}`])
        const [owned] = yield* Lookup.use((lookup) => lookup.find(readingsOf("app_store:1")))
        assert.deepInclude(owned, { userId: ada, state: "credited", amount: dollars(5) })
      })
    )

    it(
      "lists players newest first, page by page, and those who are frozen, excluded or owe alone",
      Effect.gen(function*() {
        const ids: Array<UserId> = []
        for (const name of ["ada", "bob", "eve", "gone"]) ids.push((yield* newPlayer(name)).id)
        const [ada, bob, eve, gone] = [present(ids[0]), present(ids[1]), present(ids[2]), present(ids[3])]
        const accounts = yield* Accounts
        yield* accounts.erase(gone, byAnn)
        assert.deepStrictEqual(yield* listed({}), ["eve", "bob", "ada"])
        yield* accounts.freeze(bob, byAnn)
        yield* PlayControls.use((controls) => controls.exclude(eve, 180, { _tag: "Operator", act: byAnn }))
        yield* openSales
        yield* tell(purchaseOf(ada, dollars(1), "app_store:1"))
        yield* buy(ada, 1)
        yield* tell({ _tag: "Refunded", reference: "app_store:1" })
        assert.deepStrictEqual(yield* listed({ frozen: true }), ["bob"])
        assert.deepStrictEqual(yield* listed({ excluded: true }), ["eve"])
        assert.deepStrictEqual(yield* listed({ inDebt: true }), ["ada"])
        assert.deepStrictEqual(yield* listed({ inDebt: true, excluded: true }), [])
        yield* accounts.freeze(eve, byAnn)
        assert.deepStrictEqual(yield* listed({ frozen: true, excluded: true }), ["eve"])
      })
    )

    it(
      "finds players by how their names and addresses begin, in any case, names first, at most as many as are asked for",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        yield* newPlayer("Annabel")
        yield* newPlayer("anna_2")
        const other = yield* accounts.signUp({
          email: "ANNE.Öst%@exämple.com",
          username: "zoe",
          passwordHash: firstHash,
          session: { refreshTokenHash: "00".repeat(32), userAgent: null }
        }, { ip: null, userAgent: null })
        assert.deepStrictEqual(yield* beginning("ANN"), ["anna_2", "Annabel", "zoe"])
        assert.deepStrictEqual(yield* beginning("ann", 2), ["anna_2", "Annabel"])
        assert.deepStrictEqual(yield* beginning("anne.öst%"), ["zoe"])
        assert.deepStrictEqual(yield* beginning("an%"), [])
        assert.deepStrictEqual(yield* beginning("anna_"), ["anna_2"])
        for (const nobodys of ["house", "nabel"]) assert.deepStrictEqual(yield* beginning(nobodys), [], nobodys)
        yield* accounts.erase(other.user.id, byAnn)
        assert.deepStrictEqual(yield* beginning("anne"), [])
      })
    )

    it(
      "shows of a ticket its buyer, its result and the movement that paid for it",
      Effect.gen(function*() {
        const lookup = yield* Lookup
        const draw = yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(5))
        const [first] = (yield* buy(ada, 2)).tickets
        const { buyer, movement, ticket } = present(yield* lookup.ticket(present(first).ticketId))
        const { drawId, position, status, userId } = ticket
        assert.deepStrictEqual([userId, drawId, position, status], [ada, draw.id, 1, "active"])
        assert.deepStrictEqual([buyer.id, buyer.username], [ada, "ada"])
        assert.deepStrictEqual([movement.type, movement.amount, movement.balanceAfter], [
          "ticket_purchase",
          dollars(-1),
          dollars(4)
        ])
        yield* drawNow
        const { winningTicketId } = yield* Draws.use((draws) => Effect.map(draws.byId(draw.id), present))
        const won = present(yield* lookup.ticket(present(winningTicketId)))
        assert.deepStrictEqual([won.ticket.status, won.ticket.prizeAmount], ["won", cents(dollars(2) - 10n)])
        const own = yield* lookup.ticketsOf(ada, 10)
        assert.deepStrictEqual(own.map((each) => each.position), [2, 1])
        assert.deepStrictEqual(yield* lookup.ticketsOf(ada, 1), own.slice(0, 1))
        assert.deepStrictEqual(yield* lookup.ticketsOf(yield* signUp("bob"), 1), [])
        assert.isNull(yield* lookup.ticket(ticketId("DDL-20200101-00000")))
      })
    )
  })
