/**
 * docs/design.md, "What the database itself refuses, whatever the code does": money, tickets, and what may happen only once.
 *
 * A constraint or a trigger holds for the owner of the tables as for the application's role, and is tried as both.
 */
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Fiber, Layer, Result, Schedule } from "effect"
import {
  ada,
  assignments,
  bob,
  carlWithoutWallet,
  closes,
  doraWithoutMoney,
  draws,
  makeTries,
  movements,
  nobody,
  opens,
  Sessions,
  tickets,
  updateDraw,
  wallet
} from "./support/Refusing.ts"
import { saidBy, sqlStates, tried } from "./support/Statements.ts"

layer(Sessions.layer)("balances", (it) => {
  const { refuses } = makeTries(it)
  const setWallet = (set: string) => [`UPDATE wallets SET ${set} WHERE user_id = '${bob}'`]
  refuses("a negative balance", setWallet("balance = -0.01"), "check_violation")
  refuses("more withdrawable than there is", setWallet("withdrawable = balance + 0.01"), "check_violation")
  refuses("a withdrawable part below zero", setWallet("withdrawable = -0.01"), "check_violation")
  refuses("a debt below zero", setWallet("debt = -0.01"), "check_violation")
  refuses("a debt of who has money", setWallet("debt = 1.00"), "check_violation")
  refuses("less than nothing on its way out", setWallet("pending_withdrawal = -0.01"), "check_violation")
  refuses("a movement to below zero", [
    movements({ user: bob, seq: 2, amount: "-6.00", after: "-1.00", type: "withdrawal", account: "payouts" })
  ], "check_violation")
})

layer(Sessions.layer)("a wallet's history", (it) => {
  const { allows, refuses } = makeTries(it)
  const continues = { words: /does not continue its history/ }
  const stands = { words: /does not stand where movement/ }

  allows("a movement that continues it", [
    wallet(ada, "11.00", 5),
    movements({ user: ada, seq: 5, amount: "1.00", after: "11.00" })
  ])
  allows("several movements of several wallets at once, in any order", [
    wallet(ada, "13.00", 6),
    wallet(bob, "4.00", 2),
    movements(
      { user: ada, seq: 6, amount: "2.00", after: "13.00" },
      { user: bob, seq: 2, amount: "-1.00", after: "4.00", type: "ticket_purchase", account: `draw:${draws.open}` },
      { user: ada, seq: 5, amount: "1.00", after: "11.00" }
    )
  ])
  refuses(
    "a balance that the amount does not lead to",
    [
      wallet(ada, "12.00", 5),
      movements({ user: ada, seq: 5, amount: "1.00", after: "12.00" })
    ],
    "integrity_constraint_violation",
    continues
  )
  refuses(
    "a gap",
    [
      wallet(ada, "11.00", 6),
      movements({ user: ada, seq: 6, amount: "1.00", after: "11.00" })
    ],
    "integrity_constraint_violation",
    continues
  )
  refuses(
    "a beginning with money from nowhere",
    [
      wallet(doraWithoutMoney, "6.00", 1),
      movements({ user: doraWithoutMoney, seq: 1, amount: "5.00", after: "6.00" })
    ],
    "integrity_constraint_violation",
    continues
  )
  refuses(
    "a beginning at number 2",
    [
      wallet(doraWithoutMoney, "5.00", 2),
      movements({ user: doraWithoutMoney, seq: 2, amount: "5.00", after: "5.00" })
    ],
    "integrity_constraint_violation",
    continues
  )
  refuses("number 0", [movements({ user: doraWithoutMoney, seq: 0, amount: "5.00", after: "5.00" })], "check_violation")
  refuses(
    "a number used twice",
    [
      movements({ user: ada, seq: 4, amount: "1.00", after: "15.00" })
    ],
    "unique_violation",
    { words: /transactions_user_id_wallet_seq_key/ }
  )
  refuses(
    "a movement that its wallet was not told of",
    [
      movements({ user: ada, seq: 5, amount: "1.00", after: "11.00" })
    ],
    "integrity_constraint_violation",
    stands
  )
  refuses(
    "a wallet ahead of its movements",
    [
      wallet(ada, "11.00", 6),
      movements({ user: ada, seq: 5, amount: "1.00", after: "11.00" })
    ],
    "integrity_constraint_violation",
    stands
  )
  refuses(
    "a wallet that holds more than its newest movement left",
    [
      wallet(ada, "99.00", 5),
      movements({ user: ada, seq: 5, amount: "1.00", after: "11.00" })
    ],
    "integrity_constraint_violation",
    stands
  )
  refuses(
    "a movement of a user without a wallet",
    [
      movements({ user: carlWithoutWallet, seq: 1, amount: "1.00", after: "1.00" })
    ],
    "integrity_constraint_violation",
    stands
  )
  refuses(
    "a movement of nobody",
    [
      movements({ user: nobody, seq: 1, amount: "1.00", after: "1.00" })
    ],
    "integrity_constraint_violation",
    stands
  )
  refuses(
    "many movements of which one is wrong, by name",
    [
      wallet(ada, "13.00", 6),
      wallet(bob, "7.00", 2),
      movements(
        { user: ada, seq: 5, amount: "1.00", after: "11.00" },
        { user: bob, seq: 2, amount: "1.00", after: "7.00" },
        { user: ada, seq: 6, amount: "2.00", after: "13.00" }
      )
    ],
    "integrity_constraint_violation",
    {
      words: new RegExp(`movement 2 of the wallet of user ${bob} does not continue its history`)
    }
  )
  refuses("a movement of nothing", [
    movements({ user: ada, seq: 5, amount: "0.00", after: "10.00" })
  ], "check_violation")
  refuses("a deposit that takes", [
    wallet(ada, "9.00", 5),
    movements({ user: ada, seq: 5, amount: "-1.00", after: "9.00" })
  ], "check_violation")

  const payment = (amount: string, after: string, account: string) => [
    wallet(ada, after, 5),
    movements({ user: ada, seq: 5, amount, after, type: "ticket_purchase", account })
  ]
  refuses("a ticket at another price", payment("-0.50", "9.50", `draw:${draws.open}`), "check_violation")
  refuses("the account of no draw", payment("-1.00", "9.00", `draw:${nobody}`), "foreign_key_violation")
  refuses(
    "another spelling of a draw's account",
    payment("-1.00", "9.00", `draw:${draws.open.toUpperCase()}`),
    "foreign_key_violation"
  )
})

layer(Sessions.layer)("a transaction", (it) => {
  const { allows, refuses } = makeTries(it)
  const update = (seq: number, set: string) =>
    `UPDATE transactions SET ${set} WHERE user_id = '${ada}' AND wallet_seq = ${seq}`
  const [completed, pending] = [1, 4]

  allows("from pending to completed", [update(pending, "status = 'completed'")])
  allows("from pending to failed", [update(pending, "status = 'failed'")])
  refuses("from completed to pending", [update(completed, "status = 'pending'")], "restrict_violation")
  refuses("from completed to failed", [update(completed, "status = 'failed'")], "restrict_violation")
  refuses("from failed to completed", [
    update(pending, "status = 'failed'"),
    update(pending, "status = 'completed'")
  ], "restrict_violation")
  refuses(
    "completed, and another amount at once",
    [
      update(pending, "status = 'completed', amount = -3.00")
    ],
    "restrict_violation",
    { roles: ["owner"] }
  )
  const changes = [
    "id = gen_random_uuid()",
    `user_id = '${bob}'`,
    "type = 'chargeback'",
    "amount = -3.00",
    "balance_after = 11.00",
    "reference_id = 'other'",
    "metadata = '{}'",
    "created_at = app_now()",
    "wallet_seq = 9",
    "counter_account = 'deposits:test'",
    "withdrawable_delta = 1.00"
  ]
  for (const change of changes) {
    refuses(`pending, and ${change}`, [update(pending, change)], "restrict_violation", { roles: ["owner"] })
  }
})

layer(Sessions.layer)("rows that stay", (it) => {
  const { refuses } = makeTries(it)
  const statements = [
    "DELETE FROM transactions",
    "TRUNCATE transactions CASCADE",
    "UPDATE tickets SET position = position",
    `UPDATE tickets SET user_id = '${bob}'`,
    "DELETE FROM tickets",
    "TRUNCATE tickets",
    "DELETE FROM draws",
    "TRUNCATE draws CASCADE",
    "UPDATE draw_secrets SET nonce = 'other'",
    "DELETE FROM draw_secrets",
    "TRUNCATE draw_secrets",
    "UPDATE beacon_chains SET public_key = 'another'",
    "DELETE FROM beacon_chains",
    "TRUNCATE beacon_chains",
    "TRUNCATE early_voids",
    "DELETE FROM wallets",
    "TRUNCATE wallets",
    `UPDATE wallets SET user_id = '${carlWithoutWallet}' WHERE user_id = '${bob}'`,
    "DELETE FROM users",
    "TRUNCATE users CASCADE",
    `UPDATE users SET id = '${nobody}' WHERE id = '${carlWithoutWallet}'`,
    "UPDATE sale_batches SET abandoned = NOT abandoned"
  ]
  for (const statement of statements) refuses(statement, [statement], "restrict_violation", { roles: ["owner"] })
})

const sells = { words: /does not sell tickets/ }

layer(Sessions.layer)("a ticket", (it) => {
  const { allows, refuses } = makeTries(it)
  allows("within the hours of an open draw", [tickets({ position: 2 }, { position: 3, user: bob })])
  allows("at the instant at which sales begin", [tickets({ at: opens })])
  refuses(
    "at a position that is taken",
    [
      tickets({ position: 1, ticketId: "DDL-20260105-OTHER" })
    ],
    "unique_violation",
    { words: /tickets_draw_id_position_key/ }
  )
  refuses(
    "under an id that is taken",
    [
      tickets({ position: 2, ticketId: "DDL-20260105-00001" })
    ],
    "unique_violation",
    { words: /tickets_ticket_id_key/ }
  )
  refuses("at position 0", [tickets({ position: 0 })], "check_violation")
  for (const status of ["scheduled", "locked", "drawn", "void"] as const) {
    refuses(`in a draw that is ${status}`, [tickets({ draw: draws[status] })], "integrity_constraint_violation", sells)
  }
  refuses("before sales begin", [tickets({ at: "2026-01-04T23:59:59.999Z" })], "integrity_constraint_violation", sells)
  refuses("at the instant at which sales end", [tickets({ at: closes })], "integrity_constraint_violation", sells)
  refuses("in no draw", [tickets({ draw: nobody })], "integrity_constraint_violation", sells)
  refuses("of nobody", [tickets({ user: nobody })], "foreign_key_violation")
  refuses(
    "among others that are in time, late",
    [
      tickets({ position: 2 }, { position: 3, at: closes }, { position: 4 })
    ],
    "integrity_constraint_violation",
    sells
  )
})

describe("a lock and a sale at the same time", () => {
  /** Commits `first`; `second` was begun in another session meanwhile, and seen to wait. Gives how it ended. */
  const overlapping = Effect.fnUntraced(function*(first: ReadonlyArray<string>, second: string) {
    const { app, other, owner } = yield* Sessions
    const [backend] = yield* other<{ readonly pid: number }>`SELECT pg_backend_pid() AS pid`
    const waiting = owner`SELECT 1 FROM pg_locks WHERE pid = ${backend?.pid ?? 0} AND NOT granted`.pipe(
      Effect.repeat({ until: (locks) => locks.length > 0, schedule: Schedule.spaced("10 millis") }),
      Effect.timeout("45 seconds")
    )
    const fiber = yield* Effect.gen(function*() {
      yield* Effect.forEach(first, (statement) => app.unsafe(statement), { discard: true })
      const running = yield* Effect.forkScoped(Effect.result(tried(other, [second])), { startImmediately: true })
      yield* waiting
      return running
    }).pipe(app.withTransaction)
    return yield* Fiber.join(fiber)
  })

  it.live("the draw locks once the sale has ended", () =>
    Effect.gen(function*() {
      const locked = yield* overlapping([tickets({ position: 2 })], updateDraw(draws.open, assignments.locked))
      assert.isTrue(Result.isSuccess(locked))
    }).pipe(Effect.provide(Layer.fresh(Sessions.layer))))

  it.live("the sale finds the draw locked once it has its turn", () =>
    Effect.gen(function*() {
      const sold = yield* overlapping([updateDraw(draws.open, assignments.locked)], tickets({ position: 2 }))
      if (Result.isSuccess(sold)) return assert.fail("a ticket was sold in a locked draw")
      const { code, message } = saidBy(sold.failure)
      assert.strictEqual(code, sqlStates.integrity_constraint_violation)
      assert.match(message, sells.words)
    }).pipe(Effect.provide(Layer.fresh(Sessions.layer))))
})

layer(Sessions.layer)("twice", (it) => {
  const { refuses } = makeTries(it)
  const once = { words: /transactions_once/ }

  /** The same effect for two players, each with a wallet that would agree. */
  const effects = (type: string, account: string, amount: string, reference: string) => {
    const after = (before: number) => (before + Number(amount)).toFixed(2)
    return [
      wallet(ada, after(10), 5),
      movements({ user: ada, seq: 5, amount, after: after(10), type, account, reference }),
      wallet(bob, after(5), 2),
      movements({ user: bob, seq: 2, amount, after: after(5), type, account, reference })
    ]
  }
  refuses("a store's purchase", effects("deposit", "deposits:test", "1.00", "test:9"), "unique_violation", once)
  refuses("a chargeback", effects("chargeback", "deposits:test", "-1.00", "test:1"), "unique_violation", once)
  refuses("a prize", effects("prize_win", `draw:${draws.open}`, "0.95", draws.open), "unique_violation", once)
  refuses("a fee", effects("house_fee", `draw:${draws.open}`, "0.05", draws.open), "unique_violation", once)
  refuses(
    "a refund of a ticket",
    effects("refund", `draw:${draws.open}`, "1.00", "DDL-20260105-00001"),
    "unique_violation",
    once
  )
  refuses("a refund of a withdrawal", effects("refund", "payouts", "4.00", "withdrawal"), "unique_violation", once)
  refuses("a kept answer under a key", [
    `INSERT INTO idempotency_keys VALUES ('${bob}', 'key', sha256('other'), 201, 'other', app_now())`
  ], "unique_violation")
  refuses("a batch, or one that was abandoned", [
    `INSERT INTO sale_batches (id, abandoned) VALUES ('${nobody}', true)`
  ], "unique_violation")
  for (const type of ["deposit", "prize_win", "house_fee", "refund"]) {
    refuses(`what has no reference and so could happen twice: a ${type}`, [
      wallet(ada, "11.00", 5),
      movements({ user: ada, seq: 5, amount: "1.00", after: "11.00", type, account: "deposits:test", reference: null })
    ], "check_violation")
  }
})
