/** Each invariant is broken by hand, by a superuser with the triggers switched off: the audit must name the row. */
import { nobleSha256 } from "@ddd/core/hash/Hash"
import { type AuditReport, Books, type Invariant } from "@ddd/core/ports/Books"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { Sealing } from "@ddd/core/ports/Sealing"
import { formatNote, formatVerifierKey, parseNote } from "@ddd/core/proof/Note"
import { utf8Bytes } from "@ddd/core/values/Bytes"
import * as KeysMemory from "@ddd/sim/memory/KeysMemory"
import { present } from "@ddd/sim/scenario/Steps"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, type Scope } from "effect"
import { generateKeyPairSync } from "node:crypto"
import * as BooksPg from "../../src/books/BooksPg.ts"
import { layer as client, session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import * as PlayedDays from "../support/PlayedDays.ts"

const keys = Layer.merge(KeysMemory.sealing, KeysMemory.recordSigner)

/** What the audit finds, under these keys. */
const audit = (under: Layer.Layer<Sealing | RecordSigner> = keys) =>
  Effect.gen(function*() {
    const { app } = yield* TestDatabase
    const books = BooksPg.layer.pipe(Layer.provide(client(app)), Layer.provide(under))
    return yield* Books.use(({ audit }) => audit).pipe(Effect.provide(books))
  })

/** A superuser's session, in which no trigger runs. */
const intruder = Effect.gen(function*() {
  const sql = yield* session((yield* TestDatabase).admin)
  yield* sql`SET session_replication_role = replica`
  return sql
})

/** A query that gives one text, such as the id of a row. */
const text = Effect.fnUntraced(function*(query: string) {
  const sql = yield* intruder
  const [row] = yield* sql.unsafe<{ readonly text: string }>(`SELECT (${query})::text AS text`)
  return present(row).text
})

/** Lets the rows of a table hold anything. */
const unconstrained = (table: string) =>
  `DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT conname FROM pg_constraint WHERE conrelid = '${table}'::regclass AND contype = 'c' LOOP
      EXECUTE format('ALTER TABLE ${table} DROP CONSTRAINT %I', name);
    END LOOP;
  END $$`

const run = Effect.fnUntraced(function*(statements: ReadonlyArray<string>) {
  const sql = yield* intruder
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})

const summary = ({ findings }: AuditReport) =>
  findings.map(({ invariant, subject }) => `${invariant}: ${subject}`).toSorted()

/** A test in a copy of the played days, of its own. */
const test = <E>(name: string, body: Effect.Effect<void, E, TestDatabase | Scope.Scope>) =>
  it.effect(name, () => Effect.provide(body, Layer.fresh(PlayedDays.layer)), 60_000)

type Found = readonly [invariant: Invariant, subject: string, detail?: RegExp]

const breaks = (what: string, statements: ReadonlyArray<string>, found: ReadonlyArray<Found>) =>
  test(
    what,
    Effect.gen(function*() {
      // subjects are told by queries, asked before anything is broken
      const expected = yield* Effect.forEach(found, ([invariant, subject, detail]) =>
        Effect.map(text(`SELECT ${subject}`), (name) => ({ invariant, subject: name, detail })))
      yield* run(statements)
      const report = yield* audit()
      assert.deepStrictEqual(
        summary(report),
        expected.map(({ invariant, subject }) =>
          `${invariant}: ${subject}`
        ).toSorted(),
        JSON.stringify(report.findings, null, 2)
      )
      for (const { detail, invariant, subject } of expected) {
        const own = report.findings.filter((finding) => finding.invariant === invariant && finding.subject === subject)
        assert.isTrue(own.some((finding) => detail === undefined || detail.test(finding.detail)), JSON.stringify(own))
      }
    })
  )

const ada = "(SELECT id FROM users WHERE username = 'ada')"
const bob = "(SELECT id FROM users WHERE username = 'bob')"
const cleo = "(SELECT id FROM users WHERE username = 'cleo')"
const dan = "(SELECT id FROM users WHERE username = 'dan')"
const house = "(SELECT id FROM users WHERE username = 'house')"
const draw = (status: string) => `(SELECT id FROM draws WHERE status = '${status}')`
const winner = `(SELECT t.user_id FROM tickets t JOIN draws d ON d.id = t.draw_id AND t.position = d.winning_position)`
const ticketIn = (status: string, position: number) =>
  `(SELECT ticket_id FROM tickets WHERE draw_id = ${draw(status)} AND position = ${position})`

const theDraw = (status: string) => `'draw ' || ${draw(status)}`
const theTicket = (status: string, position: number) => `'ticket ' || ${ticketIn(status, position)}`
const theWallet = (user: string) => `'wallet of ' || ${user}`
const theTransaction = (where: string) => `'transaction ' || (SELECT id FROM transactions WHERE ${where})`
const theKey = (key: string, user: string) => `'key ${key} of ' || ${user}`
const newest = (user: string) => `(SELECT max(wallet_seq) FROM transactions WHERE user_id = ${user})`

describe("30. the audit", () => {
  test(
    "finds nothing wrong with days that were played by the rules",
    Effect.gen(function*() {
      const { counted, findings } = yield* audit()
      assert.deepStrictEqual(findings, [])
      assert.deepStrictEqual(counted, {
        users: 8,
        draws: 11,
        tickets: 114,
        transactions: 139,
        maturingPrizes: 0
      })
    })
  )

  // wallets
  breaks("finds more withdrawable than there is", [
    unconstrained("wallets"),
    `UPDATE transactions t SET withdrawable_delta = t.withdrawable_delta + w.balance + 1 - w.withdrawable
     FROM wallets w WHERE w.user_id = ${bob} AND t.user_id = ${bob} AND wallet_seq = 1`,
    `UPDATE wallets SET withdrawable = balance + 1 WHERE user_id = ${bob}`
  ], [["wallet-not-negative", theWallet(bob), /expected 0 <= withdrawable <= balance/]])
  breaks("finds money below zero on its way out", [
    unconstrained("wallets"),
    `UPDATE wallets SET pending_withdrawal = -1 WHERE user_id = ${bob}`
  ], [["wallet-not-negative", theWallet(bob)], ["wallet-is-its-history", theWallet(bob)]])
  breaks("finds a prize that rests and was won in no room", [
    `UPDATE wallets SET maturing = '[{"amount": "1.00", "at": "2099-01-01T00:00:00.000Z"}]' WHERE user_id = ${bob}`
  ], [["prizes-mature", theWallet(bob), /expected .* of its prizes of rooms to rest; found 1\.00/]])

  breaks("finds a prize of a room that does not rest", [
    "UPDATE transactions SET matures_at = created_at + interval '14 days' WHERE type = 'prize_win'"
  ], [["prizes-mature", theWallet(winner), /found 0\.00/]])

  breaks("finds a prize that waits for the identity check, and no longer does", [
    "UPDATE transactions SET awaits_identity = true WHERE type = 'prize_win'"
  ], [["prizes-await-identity", theWallet(winner), /to wait for the identity check; found 0\.00/]])
  breaks("finds a prize that waits for the identity check and was never won", [
    `UPDATE wallets SET awaiting_identity = '[{"amount": "1.00", "at": null}]' WHERE user_id = ${bob}`
  ], [["prizes-await-identity", theWallet(bob), /expected 0\.00 of its prizes .* found 1\.00/]])
  breaks("finds money that was withdrawn by no withdrawal", [
    `UPDATE wallets SET withdrawn = withdrawn + 1 WHERE user_id = ${bob}`
  ], [["wallet-is-its-history", theWallet(bob), /by its movements; found/]])

  breaks("finds winnings that were never won", [
    `UPDATE wallets SET withdrawable = withdrawable + 0.01 WHERE user_id = ${bob}`
  ], [["wallet-is-its-history", theWallet(bob), /expected .* by its movements; found/]])
  breaks("finds money put into a wallet", [`UPDATE wallets SET balance = balance + 5 WHERE user_id = ${bob}`], [
    ["wallet-is-its-history", theWallet(bob)],
    ["money-conserved", "'all wallets'", /which the accounts gave/]
  ])
  breaks("finds a wallet that is gone", [`DELETE FROM wallets WHERE user_id = ${bob}`], [
    ["wallet-is-its-history", `'user ' || ${bob}`, /expected a wallet, found none/],
    ["money-conserved", "'all wallets'"]
  ])
  breaks("finds a balance that does not follow from the one before", [
    `UPDATE transactions SET balance_after = balance_after + 1 WHERE user_id = ${bob} AND wallet_seq = ${newest(bob)}`
  ], [["history-without-gaps", `'movement ' || ${newest(bob)} || ' of the wallet of ' || ${bob}`]])
  breaks("finds a gap in a wallet's movements", [
    `UPDATE transactions SET wallet_seq = wallet_seq + 1 WHERE user_id = ${bob} AND wallet_seq = ${newest(bob)}`
  ], [
    ["history-without-gaps", `'movement ' || ${newest(bob)} + 1 || ' of the wallet of ' || ${bob}`],
    ["history-without-gaps", theWallet(bob), /expected its newest movement to be number/],
    ["ticket-paid-once", theTicket("open", 3)]
  ])

  // accounts
  breaks("finds a movement against an account that it cannot have", [
    `UPDATE transactions SET counter_account = 'payouts' WHERE user_id = ${bob} AND wallet_seq = 1`
  ], [
    [
      "money-conserved",
      theTransaction(`user_id = ${bob} AND wallet_seq = 1`),
      /against deposits:%; found 20.00 against payouts/
    ],
    ["wallet-is-its-history", theWallet(bob)],
    [
      "funding-once",
      "'funding test:funds of bob'",
      /against deposits:test, found a deposit of 20.00 .* against payouts/
    ],
    ["money-conserved", "'account payouts'", /expected at least zero, found -6.00/]
  ])
  breaks("finds a draw's account changed", [
    `UPDATE draws SET account_balance = account_balance + 1 WHERE status = 'open'`
  ], [["draw-account", theDraw("open"), /expected 103.00 .*; found 103.00 by its movements, 104.00 in its row/]])
  breaks("finds a price moved to another draw's account", [
    `UPDATE transactions SET counter_account = 'draw:' || ${draw("drawn")}
     WHERE type = 'ticket_purchase' AND reference_id = ${ticketIn("open", 1)}`
  ], [
    ["draw-account", theDraw("open")],
    ["draw-account", theDraw("drawn")],
    ["ticket-paid-once", theTicket("open", 1)]
  ])

  // tickets
  breaks("finds a ticket that is gone", [
    `DELETE FROM tickets WHERE draw_id = ${draw("open")} AND position = 103`
  ], [
    ["positions-contiguous", theDraw("open"), /expected 103 tickets, found 102/],
    ["draw-account", theDraw("open")],
    ["ticket-paid-once", theTransaction(`type = 'ticket_purchase' AND reference_id = ${ticketIn("open", 103)}`)],
    ["pot-is-share", theDraw("open")],
    ["root-is-tickets", theDraw("open")],
    ["keys-once", theKey("many", ada), /expected 100 tickets of one purchase of that player, found 99/]
  ])
  breaks("finds a ticket that stands elsewhere", [
    unconstrained("tickets"),
    `UPDATE tickets SET position = 104 WHERE draw_id = ${draw("open")} AND position = 103`
  ], [
    ["positions-contiguous", theTicket("open", 103), /expected position 103 of draw .*, found position 104/],
    ["seal-valid", theTicket("open", 103)],
    ["root-is-tickets", theDraw("open")],
    ["keys-once", theKey("many", ada)]
  ])
  breaks("finds entries that nobody bought", [
    `UPDATE draws SET total_entries = total_entries + 1, prize_pool = prize_pool + 0.95 WHERE status = 'open'`
  ], [["positions-contiguous", theDraw("open")], ["pot-is-share", theDraw("open")]])
  breaks("finds tickets of no draw", [
    `DELETE FROM draws WHERE status = 'open'`
  ], [
    ["positions-contiguous", theDraw("open"), /expected a draw of that id, found none; it has 103 tickets/],
    ["draw-account", `'account draw:' || ${draw("open")}`],
    // the next day's record is chained to it
    ["records-signed", "'draw ' || (SELECT id FROM draws WHERE status = 'scheduled' ORDER BY draw_date LIMIT 1)"]
  ])
  breaks("finds a ticket that names another payment", [
    `UPDATE tickets SET wallet_seq = 999 WHERE draw_id = ${draw("open")} AND position = 1`
  ], [["ticket-paid-once", theTicket("open", 1), /expected movement 999 of/]])
  breaks("finds a payment that names no ticket", [
    `UPDATE transactions SET reference_id = 'none' WHERE type = 'ticket_purchase' AND reference_id = ${
      ticketIn("open", 1)
    }`
  ], [
    ["ticket-paid-once", theTicket("open", 1), /found none/],
    [
      "ticket-paid-once",
      theTransaction(`type = 'ticket_purchase' AND reference_id = ${ticketIn("open", 1)}`),
      /expected no payment/
    ]
  ])
  breaks("finds a pot that is not its share of the prices", [
    unconstrained("draws"),
    `UPDATE draws SET prize_pool = prize_pool + 1 WHERE status = 'open'`
  ], [["pot-is-share", theDraw("open"), /expected a pot of 97.85 for 103 tickets, found 98.85/]])

  // payments
  breaks("finds a prize of which the house kept five cents more, in books that balance", [
    `UPDATE transactions t SET balance_after = t.balance_after - 0.05,
       amount = t.amount - CASE t.wallet_seq WHEN p.wallet_seq THEN 0.05 ELSE 0 END,
       withdrawable_delta = t.withdrawable_delta - CASE t.wallet_seq WHEN p.wallet_seq THEN 0.05 ELSE 0 END
     FROM transactions p WHERE p.type = 'prize_win' AND t.user_id = p.user_id AND t.wallet_seq >= p.wallet_seq`,
    `UPDATE wallets SET balance = balance - 0.05, withdrawable = withdrawable - 0.05 WHERE user_id = ${winner}`,
    `UPDATE transactions SET balance_after = balance_after + 0.05, amount = amount + 0.05,
       withdrawable_delta = withdrawable_delta + 0.05 WHERE type = 'house_fee'`,
    `UPDATE wallets SET balance = balance + 0.05, withdrawable = withdrawable + 0.05 WHERE user_id = ${house}`
  ], [
    ["prize-paid", theDraw("drawn"), /expected a prize_win of 5.70 to .*, found a prize_win of 5.65/],
    ["prize-paid", theDraw("drawn"), /expected a house_fee of 0.30 to .*, found a house_fee of 0.35/]
  ])
  breaks("finds a refund that is not a ticket's", [
    `UPDATE transactions SET reference_id = 'none' WHERE type = 'refund' AND reference_id = ${ticketIn("void", 1)}`
  ], [
    ["refund-once", theTicket("void", 1), /expected 1.00 back to .*, found nothing/],
    [
      "refund-once",
      theTransaction(`type = 'refund' AND reference_id = ${ticketIn("void", 1)}`),
      /expected nothing paid back/
    ]
  ])
  breaks("finds tickets that a void is said to have paid back, and did not", [
    `UPDATE draws SET void_begun_at = now(), void_note = 'none', refunded_entries = 1 WHERE status = 'locked'`
  ], [
    ["draw-account", theDraw("locked"), /expected 1.00 .* with 2 tickets, 1 of them paid back .*; found 2.00/],
    ["refund-once", theTicket("locked", 1), /expected 1.00 back to .*, found nothing/],
    ["records-signed", theDraw("locked"), /expected its kept record to be a signed note/],
    ["records-signed", theDraw("locked"), /in its kept record, by the tables/]
  ])
  breaks("finds a ticket of a drawn draw paid back", [
    `INSERT INTO transactions (id, user_id, type, amount, balance_after, reference_id, wallet_seq, counter_account)
     SELECT '018f2d5e-7a1b-7cc0-9d3a-0000000000aa', user_id, 'refund', 1, balance + 1, ${
      ticketIn("drawn", 1)
    }, seq + 1, 'draw:' || ${draw("drawn")}
     FROM wallets WHERE user_id = ${ada}`,
    `UPDATE wallets SET balance = balance + 1, seq = seq + 1 WHERE user_id = ${ada}`
  ], [
    ["refund-once", "'transaction 018f2d5e-7a1b-7cc0-9d3a-0000000000aa'"],
    ["draw-account", theDraw("drawn"), /found -1.00 by its movements, 0.00 in its row/]
  ])

  // rooms: the only locked draw is Eve's
  const finn = "(SELECT id FROM users WHERE username = 'finn')"
  const gil = "(SELECT id FROM users WHERE username = 'gil')"
  const theRoom = "'room ' || (SELECT id FROM lobbies)"
  breaks("finds a ticket of who is no member of the room", [
    `DELETE FROM lobby_members WHERE user_id = ${finn}`
  ], [["room-members", theRoom, /expected ticket ROOM-.* to be a member's, found it to be that of/]])
  breaks("finds a member with two tickets of a room", [
    `UPDATE tickets SET user_id = ${finn} WHERE draw_id = (SELECT id FROM lobbies) AND position = 2`
  ], [
    ["room-members", theRoom, /expected one ticket of .*, found 2/],
    ["seal-valid", theTicket("locked", 2)],
    ["ticket-paid-once", theTicket("locked", 2)]
  ])
  breaks("finds more members than a room takes", [
    "UPDATE lobbies SET max_participants = 2"
  ], [["room-members", theRoom, /at most 2 in all; found 3, of whom 3 are different and 1 the host/]])
  breaks("finds a host who is no member", [
    `DELETE FROM lobby_members WHERE user_id = ${gil}`,
    `UPDATE lobbies SET host_id = ${gil}`
  ], [["room-members", theRoom, /found 2, of whom 2 are different and 0 the host/]])
  breaks("finds a member of a room twice", [
    "ALTER TABLE lobby_members DROP CONSTRAINT lobby_members_lobby_id_user_id_key",
    `UPDATE lobby_members SET user_id = ${finn} WHERE user_id = ${gil}`
  ], [["room-members", theRoom, /found 3, of whom 2 are different/]])
  breaks("finds a room's draw without the room", ["DELETE FROM lobbies"], [
    ["room-members", theDraw("locked"), /expected a room of that id/]
  ])
  breaks("finds a room of a daily draw", [
    `UPDATE draws SET kind = 'room', draw_date = NULL WHERE id = ${draw("open")}`
  ], [
    ["room-members", theDraw("open")],
    ["records-signed", theDraw("open"), /expected "kind room"/],
    // the next day's record is chained to it
    ["records-signed", "'draw ' || (SELECT id FROM draws WHERE status = 'scheduled' ORDER BY draw_date LIMIT 1)"]
  ])
  breaks("finds a room's draw that pretends to be a day's", [
    `UPDATE draws SET kind = 'daily', draw_date = '2020-01-01', closes_at = locked_at WHERE status = 'locked'`
  ], [
    ["room-members", theRoom, /expected a draw of its own/],
    ["records-signed", theDraw("locked"), /expected "kind daily"/],
    ["records-signed", "'draw ' || (SELECT id FROM draws WHERE status = 'drawn')"]
  ])

  // debts
  breaks("finds a debt that is forgiven", [
    `UPDATE wallets SET debt = 0 WHERE user_id = ${dan}`
  ], [["debt-is-receivable", theWallet(dan), /expected a debt of 2.00 .* found a debt of 0.00 and 0.00 in the wallet/]])
  breaks("finds a debt of nothing that was lent", [
    `UPDATE wallets SET debt = 1, balance = 0, withdrawable = 0 WHERE user_id = ${bob}`
  ], [
    ["debt-is-receivable", theWallet(bob), /expected a debt of 0.00/],
    ["wallet-is-its-history", theWallet(bob)],
    ["money-conserved", "'all wallets'"]
  ])
  breaks("finds money in the wallet of who owes", [
    unconstrained("wallets"),
    `UPDATE transactions SET amount = -2, balance_after = 1 WHERE type = 'debt_repaid' AND user_id = ${dan}`,
    `UPDATE wallets SET balance = 1, debt = 3 WHERE user_id = ${dan}`
  ], [["debt-is-receivable", theWallet(dan), /expected a debt of 3.00 .* found a debt of 3.00 and 1.00/]])

  // money in
  const theFunding = (reference: string) => `'funding ${reference}'`
  breaks("finds a purchase whose deposit is gone", [
    `DELETE FROM transactions WHERE type = 'deposit' AND user_id = ${bob}`
  ], [
    ["funding-once", theFunding("test:funds of bob"), /expected a deposit of 20.00 for .*, found none/],
    ["history-without-gaps", `'movement 2 of the wallet of ' || ${bob}`],
    ["wallet-is-its-history", theWallet(bob)],
    ["money-conserved", "'all wallets'"]
  ])
  breaks("finds deposits and chargebacks of no funding", [
    "DELETE FROM fundings WHERE reference = 'app_store:2'"
  ], [
    [
      "funding-once",
      theTransaction("type = 'deposit' AND reference_id = 'app_store:2'"),
      /expected no deposit or charge/
    ],
    ["funding-once", theTransaction("type = 'chargeback' AND reference_id = 'app_store:2'")],
    ["funding-once", theTransaction("type = 'deposit' AND reference_id LIKE 'reversal:%'")]
  ])
  breaks("finds a purchase credited twice", [
    "DROP INDEX transactions_once",
    `INSERT INTO transactions (id, user_id, type, amount, balance_after, reference_id, wallet_seq, counter_account)
     SELECT '018f2d5e-7a1b-7cc0-9d3a-0000000000aa', user_id, 'deposit', 20, balance + 20, 'test:funds of bob', seq + 1,
       'deposits:test'
     FROM wallets WHERE user_id = ${bob}`,
    `UPDATE wallets SET balance = balance + 20, seq = seq + 1 WHERE user_id = ${bob}`
  ], [["funding-once", "'transaction 018f2d5e-7a1b-7cc0-9d3a-0000000000aa'"]])
  breaks("finds a purchase of another amount", [
    "UPDATE fundings SET amount = 49 WHERE reference = 'app_store:1'"
  ], [["funding-once", theFunding("app_store:1"), /expected a deposit of 49.00 .*, found a deposit of 50.00/]])
  breaks("finds a purchase of another player", [
    `UPDATE fundings SET user_id = ${bob} WHERE reference = 'app_store:1'`
  ], [["funding-once", theFunding("app_store:1")]])
  breaks("finds a deposit given back for another chargeback", [
    "UPDATE transactions SET reference_id = 'reversal:none' WHERE reference_id LIKE 'reversal:%'"
  ], [
    ["funding-once", theFunding("app_store:2"), /expected a deposit of 10.00 .*, found none/],
    ["funding-once", theTransaction("reference_id LIKE 'reversal:%'"), /expected no deposit/]
  ])
  breaks("finds a refund that was not taken back", [
    "UPDATE fundings SET refunded = true WHERE reference = 'app_store:1'"
  ], [["funding-once", theFunding("app_store:1"), /expected it to be taken back, found credited/]])
  breaks("finds a refund that was reversed and not given back", [
    "UPDATE fundings SET refund_reversed = true WHERE reference = 'play_store:1'"
  ], [["funding-once", theFunding("play_store:1"), /expected it to be given back, found taken back/]])
  breaks("finds a purchase that was not credited", [
    `INSERT INTO fundings (reference, purchased, user_id, amount) VALUES ('app_store:9', true, ${bob}, 1)`,
    "INSERT INTO fundings (reference, purchased, amount, names) VALUES ('app_store:10', true, 1, '{nobody yet}')"
  ], [["funding-once", theFunding("app_store:9"), /expected it to be credited, found nothing/]])

  // money out
  const withdrawal = (status: string, user = cleo) =>
    `(SELECT id FROM withdrawals WHERE status = '${status}' AND user_id = ${user})`
  const theWithdrawal = (status: string) => `'withdrawal ' || ${withdrawal(status)}`
  breaks("finds a withdrawal without its movement", [
    `UPDATE withdrawals SET id = '018f2d5e-7a1b-7cc0-9d3a-0000000000aa' WHERE id = ${withdrawal("pending")}`
  ], [
    ["withdrawal-settled", "'withdrawal 018f2d5e-7a1b-7cc0-9d3a-0000000000aa'", /found none/],
    ["withdrawal-settled", `'transaction ' || ${withdrawal("pending")}`, /expected no withdrawal/],
    ["keys-once", theKey("pending", cleo)]
  ])
  breaks("finds a withdrawal of another amount", [
    `UPDATE withdrawals SET amount = 6 WHERE id = ${withdrawal("pending")}`
  ], [[
    "withdrawal-settled",
    theWithdrawal("pending"),
    /expected a withdrawal of -6.00 .*, found a withdrawal of -5.00/
  ]])
  breaks("finds a withdrawal that is paid and whose movement is pending", [
    `UPDATE transactions SET status = 'pending' WHERE id = ${withdrawal("paid")}`
  ], [
    ["withdrawal-settled", theWithdrawal("paid"), /, completed, found .*, pending/],
    ["wallet-is-its-history", theWallet(cleo)]
  ])
  breaks("finds a failed withdrawal that did not come back", [
    `UPDATE transactions SET reference_id = 'none' WHERE type = 'refund' AND reference_id = ${
      withdrawal("failed")
    }::text`
  ], [
    ["withdrawal-settled", theWithdrawal("failed"), /expected 3.00 back to .*, found nothing/],
    [
      "withdrawal-settled",
      theTransaction(`type = 'refund' AND reference_id = ${withdrawal("failed")}::text`),
      /expected nothing paid back/
    ]
  ])
  breaks("finds a returned withdrawal that came back as winnings", [
    `UPDATE transactions SET withdrawable_delta = 2 WHERE type = 'refund' AND reference_id = ${
      withdrawal("returned")
    }::text`,
    `UPDATE wallets SET withdrawable = withdrawable + 2 WHERE user_id = ${cleo}`
  ], [["withdrawal-settled", theWithdrawal("returned"), /of it 0.00 withdrawable, found .* of it 2.00 withdrawable/]])
  breaks("finds a paid withdrawal that came back", [
    `UPDATE withdrawals SET status = 'paid' WHERE id = ${withdrawal("returned")}`
  ], [["withdrawal-settled", theTransaction(`reference_id = ${withdrawal("returned")}::text AND type = 'refund'`)]])

  // secrets, seals, trees
  breaks("finds a seed shown too soon, that is not the seed besides", [
    unconstrained("draws"),
    `UPDATE draws SET seed = repeat('0', 64) WHERE status = 'open'`
  ], [
    ["seed-opens-commitment", theDraw("open"), /expected no seed of a draw that is open/],
    ["seed-opens-commitment", theDraw("open"), /expected a seed that opens/]
  ])
  breaks("finds a commitment exchanged after the fact", [
    unconstrained("draws"),
    `UPDATE draws SET commitment_hash = repeat('0', 64) WHERE status = 'drawn'`
  ], [
    ["seed-opens-commitment", theDraw("drawn")],
    ["records-signed", theDraw("drawn"), /expected "commitment 0000/]
  ])
  breaks("finds a ticket under a secret that is not configured", [
    `UPDATE tickets SET seal_key_id = 'lost' WHERE draw_id = ${draw("open")} AND position = 1`
  ], [["seal-valid", theTicket("open", 1), /expected a configured sealing secret, found "lost"/]])
  breaks("finds a seal exchanged after the lock", [
    `UPDATE tickets SET ticket_hash = repeat('0', 64) WHERE draw_id = ${draw("drawn")} AND position = 2`
  ], [
    ["seal-valid", theTicket("drawn", 2), /expected seal [0-9a-f]{64}, found 0000/],
    ["root-is-tickets", theDraw("drawn"), /expected to carry the tree of its 6 tickets/],
    ["root-is-tickets", theDraw("drawn"), /in its lock record/],
    ["root-is-tickets", theDraw("drawn"), /in its row/]
  ])
  breaks("finds values that no ticket has", [
    `UPDATE tickets SET ticket_hash = 'no hash' WHERE draw_id = ${draw("open")} AND position = 1`,
    `UPDATE tickets SET created_at = 'infinity' WHERE draw_id = ${draw("open")} AND position = 2`
  ], [
    ["seal-valid", theTicket("open", 1), /found no hash/],
    ["seal-valid", theTicket("open", 2), /values of a ticket/],
    ["root-is-tickets", theDraw("open")],
    ["keys-once", theKey("third", ada)]
  ])
  breaks("finds a ticket given to another player after the lock", [
    `UPDATE tickets SET user_id = ${ada} WHERE ticket_id = ${ticketIn("void", 2)}`
  ], [
    ["seal-valid", theTicket("void", 2)],
    ["ticket-paid-once", theTicket("void", 2)],
    ["refund-once", theTicket("void", 2)],
    ["keys-once", theKey("second", bob), /found 1/]
  ])
  breaks("finds an owner commitment exchanged", [
    `UPDATE tickets SET owner_commit = sha256('') WHERE draw_id = ${draw("open")} AND position = 1`
  ], [["seal-valid", theTicket("open", 1), /expected owner commitment/], ["root-is-tickets", theDraw("open")]])
  breaks("finds a carried tree that is not the tickets'", [
    `UPDATE draws SET tree_frontier = set_byte(tree_frontier, 8, 255 - get_byte(tree_frontier, 8)) WHERE status = 'open'`
  ], [["root-is-tickets", theDraw("open"), /expected to carry the tree of its 103 tickets/]])
  breaks("finds a root exchanged in the table", [
    `UPDATE draws SET entries_root = repeat('0', 64) WHERE status = 'drawn'`
  ], [["root-is-tickets", theDraw("drawn")], ["records-signed", theDraw("drawn"), /expected "root 0000/]])

  // records
  const earliestScheduled = "(SELECT id FROM draws WHERE status = 'scheduled' ORDER BY draw_date LIMIT 1)"
  breaks("finds hours that are not those promised", [
    `UPDATE draws SET closes_at = closes_at + interval '1 minute' WHERE id = ${earliestScheduled}`
  ], [["records-signed", `'draw ' || ${earliestScheduled}`, /expected "closes .*:01:00.000Z" in its open record/]])
  breaks("finds a ticket bought after the end of sales", [
    `UPDATE tickets SET created_at = (SELECT closes_at FROM draws WHERE status = 'drawn')
     WHERE draw_id = ${draw("drawn")} AND position = 6`
  ], [
    ["records-signed", theTicket("drawn", 6), /expected a purchase from .* and before/],
    ["seal-valid", theTicket("drawn", 6)],
    ["root-is-tickets", theDraw("drawn")],
    ["root-is-tickets", theDraw("drawn")],
    ["root-is-tickets", theDraw("drawn")]
  ])
  breaks("finds values that no draw has", [
    `UPDATE draws SET opens_at = '-infinity' WHERE id = ${earliestScheduled}`
  ], [["records-signed", `'draw ' || ${earliestScheduled}`, /values of a draw/]])

  test(
    "finds a false signature",
    Effect.gen(function*() {
      const id = yield* text(draw("drawn"))
      const note = present(parseNote(yield* text("SELECT lock_note FROM draws WHERE status = 'drawn'")))
      const forged = formatNote(
        note.text,
        note.signatures.map((line) => ({ ...line, signature: line.signature.map((byte) => byte ^ 1) }))
      )
      yield* run([`UPDATE draws SET lock_note = E'${forged.replaceAll("\n", "\\n")}' WHERE id = '${id}'`])
      assert.deepStrictEqual((yield* audit()).findings, [{
        invariant: "records-signed",
        subject: `draw ${id}`,
        detail: "expected a good signature of the log under its lock record, found none"
      }])
    })
  )

  test(
    "finds a record signed anew with other words, and that the next one is not chained to it",
    Effect.gen(function*() {
      const [id, next] = [
        yield* text(earliestScheduled),
        yield* text(earliestScheduled.replace("LIMIT 1", "OFFSET 1 LIMIT 1"))
      ]
      const note = present(parseNote(yield* text(`SELECT open_note FROM draws WHERE id = '${id}'`)))
      const signer = RecordSigner.use(({ sign }) => sign(note.text.replace("pot 95", "pot 94")))
      const signedAnew = yield* Effect.provide(signer, KeysMemory.recordSigner)
      yield* run([`UPDATE draws SET open_note = E'${signedAnew.replaceAll("\n", "\\n")}' WHERE id = '${id}'`])
      const { findings } = yield* audit()
      assert.deepStrictEqual(
        findings.map(({ invariant, subject }) => `${invariant}: ${subject}`),
        [`records-signed: draw ${id}`, `records-signed: draw ${next}`]
      )
      assert.match(present(findings[0]).detail, /expected "pot 95" in its open record, by the tables; found "pot 94"/)
      assert.match(present(findings[1]).detail, /expected "previous [0-9a-f]{64}"/)
    })
  )

  breaks("finds another winner than the one that was drawn", [
    `UPDATE draws SET winning_position = (
       SELECT min(position) FROM tickets WHERE draw_id = ${draw("drawn")} AND user_id <> ${winner}
     ) WHERE status = 'drawn'`
  ], [
    ["winner-is-derived", theDraw("drawn"), /expected position \d to have won, found \d/],
    ["records-signed", theDraw("drawn"), /expected "winner/],
    ["prize-paid", theDraw("drawn")]
  ])

  // by hand
  breaks("finds an adjustment without a movement, that nobody is written down for", [
    `INSERT INTO adjustments (reference, transaction_id, user_id, amount, is_winnings, log_id)
     VALUES ('credit:one', gen_random_uuid(), ${ada}, 1.00, false, gen_random_uuid())`
  ], [
    ["by-hand-once", "'adjustment credit:one'", /expected a movement of 1.00 .*, found none/],
    ["by-hand-once", "'adjustment credit:one'", /expected an entry in the log of operators/]
  ])
  breaks("finds an approval that was not done", [
    `INSERT INTO approvals (id, kind, user_id, amount, reference, is_winnings, requester, command, state, decided_by)
     VALUES ('018f2d5e-7a1b-7cc0-9d3a-0000000000f1', 'deposit', ${ada}, 1.00, 'none', false, 'ann', 'x', 'done', 'bob')`
  ], [["by-hand-once", "'approval 018f2d5e-7a1b-7cc0-9d3a-0000000000f1'", /expected the deposit none of 1.00/]])

  // kept answers
  breaks("finds two answers with the same tickets", [
    `INSERT INTO idempotency_keys SELECT user_id, 'third again', fingerprint, status, body, created_at
     FROM idempotency_keys WHERE user_id = ${ada} AND key = 'third'`
  ], [["keys-once", theKey("third again", ada), /expected a purchase of its own, found that of key third/]])
  breaks("finds an answer with another player's tickets", [
    `UPDATE idempotency_keys SET user_id = ${bob} WHERE key = 'many'`
  ], [["keys-once", theKey("many", bob), /expected 100 tickets of one purchase of that player, found 0/]])
  breaks("finds an answer that is spoilt", [
    `UPDATE idempotency_keys SET body = replace(body, '"draw":"', '"draw":"?') WHERE key = 'many'`
  ], [["keys-once", theKey("many", ada), /expected the answer of a purchase/]])

  breaks("finds two answers with the same withdrawal", [
    `INSERT INTO idempotency_keys SELECT user_id, 'paid again', fingerprint, status, body, created_at
     FROM idempotency_keys WHERE key = 'paid'`
  ], [["keys-once", theKey("paid again", cleo), /expected a withdrawal of its own, found that of key paid/]])
  breaks("finds an answer with another player's withdrawal", [
    `UPDATE idempotency_keys SET user_id = ${dan} WHERE key = 'paid'`
  ], [["keys-once", theKey("paid", dan), /expected a withdrawal of that player of id .*, found none/]])
  breaks("finds an answer whose withdrawal is spoilt", [
    `UPDATE idempotency_keys SET body = '{"withdrawal":"?"}' WHERE key = 'paid'`
  ], [["keys-once", theKey("paid", cleo), /expected the answer of a purchase or a withdrawal/]])

  test(
    "stops at a hundred findings of an invariant",
    Effect.gen(function*() {
      yield* run([
        `UPDATE tickets SET wallet_seq = wallet_seq + 1000, seal_key_id = 'lost' WHERE draw_id = ${draw("open")}`
      ])
      const { findings } = yield* audit()
      assert.deepStrictEqual(
        [...Map.groupBy(findings, ({ invariant }) => invariant)].map(([invariant, found]) => [invariant, found.length]),
        [["ticket-paid-once", 100], ["seal-valid", 100]]
      )
    })
  )

  const others = { keyId: "new", secret: Redacted.make<Uint8Array>(utf8Bytes("another secret")) }
  const rotated = (keep: boolean) =>
    Layer.effect(
      Sealing,
      Effect.map(Sealing, (old) =>
        Sealing.of({
          current: others,
          byId: (keyId) => keyId === others.keyId ? others : keep ? old.byId(keyId) : undefined,
          sha256: old.sha256
        }))
    ).pipe(Layer.provide(KeysMemory.sealing))

  test(
    "computes the seals of tickets under an old secret, as long as that is configured",
    Effect.gen(function*() {
      assert.deepStrictEqual(summary(yield* audit(Layer.merge(rotated(true), KeysMemory.recordSigner))), [])
      const dropped = yield* audit(Layer.merge(rotated(false), KeysMemory.recordSigner))
      assert.deepStrictEqual(
        new Set(dropped.findings.map(({ invariant }) => invariant)),
        new Set<Invariant>(["seal-valid"])
      )
    })
  )

  test(
    "believes no signature under a key that is not the log's",
    Effect.gen(function*() {
      const { x = "" } = generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" })
      const vkey = formatVerifierKey(nobleSha256, KeysMemory.logOrigin, Buffer.from(x, "base64url"))
      const stranger = Layer.succeed(RecordSigner, RecordSigner.of({ sign: Effect.succeed, vkeys: [vkey] }))
      const { findings } = yield* audit(Layer.merge(KeysMemory.sealing, stranger))
      // an open record of each of eleven draws, two lock records, one result and one void record
      assert.lengthOf(findings, 15)
      assert.isTrue(findings.every(({ detail }) => /expected a good signature of the log/.test(detail)))
    })
  )
})
