/**
 * docs/design.md, "What the database itself refuses, whatever the code does": money that comes in and goes out.
 *
 * What is known of a purchase or a withdrawal is only ever added to; what is final of a withdrawal is what its movements say.
 */
import { layer } from "@effect/vitest"
import {
  ada,
  bob,
  carlWithoutWallet,
  draws,
  makeTries,
  movements,
  nobody,
  Sessions,
  wallet
} from "../support/Refusing.ts"

const withdrawal = "018f2d5e-7a1b-7cc0-9d3a-0000000000e1"
const other = "018f2d5e-7a1b-7cc0-9d3a-0000000000e2"

/** What servers say of themselves that know refunds of a part. */
const knows = "SELECT set_config('ddd.knows', 'refunds of a part', true)"

layer(Sessions.layer)("a funding", (it) => {
  const tries = makeTries(it)
  const allows: typeof tries.allows = (what, statements) => tries.allows(what, [knows, ...statements])
  const refuses: typeof tries.refuses = (what, statements, ...how) =>
    tries.refuses(what, [knows, ...statements], ...how)
  /** A purchase of Bob's, as it stands at one point of its life. */
  const funding = (given: string, marks = "true, false, false") =>
    `INSERT INTO fundings (reference, given, purchased, refunded, refund_reversed, user_id, amount)
     VALUES ('test:1', '${given}', ${marks}, '${bob}', 5.00)`
  const credited = funding("credited")
  const takenBack = funding("taken back", "true, true, false")
  const givenBack = funding("given back", "true, true, true")
  const set = (assignment: string) => `UPDATE fundings SET ${assignment} WHERE reference = 'test:1'`

  allows("from purchase to refund to its reversal", [
    "INSERT INTO fundings (reference) VALUES ('test:1')",
    set("purchased = true, amount = 5.00, names = '{buyer}'"),
    set(`given = 'credited', user_id = '${bob}'`),
    set("refunded = true, given = 'taken back'"),
    set("refund_reversed = true, given = 'given back'"),
    set("names = '{}'")
  ])
  allows("a refund before its purchase", [
    "INSERT INTO fundings (reference, refunded) VALUES ('test:1', true)",
    set(`purchased = true, amount = 5.00, user_id = '${bob}'`)
  ])

  // as servers of the release before write it
  const older = "SELECT set_config('ddd.knows', '', true)"
  const left = { words: /is left to a server that knows refunds of a part/ }
  const { allows: allowsOlder, refuses: refusesOlder } = tries
  allowsOlder("a purchase, credited, from servers of the release before", [credited])
  refusesOlder(
    "a refund by servers of the release before, who would take all of it back",
    [
      credited,
      set("refunded = true, given = 'taken back'")
    ],
    "restrict_violation",
    left
  )
  refusesOlder(
    "a refund by them that comes before its purchase",
    [
      "INSERT INTO fundings (reference, refunded) VALUES ('test:1', true)"
    ],
    "restrict_violation",
    left
  )
  refusesOlder(
    "a reversal by them, who would give all of it back",
    [
      knows,
      credited,
      set("price = 5.00, refunded = true, refund_price = 2.00, refund_amount = 2.00, given = 'taken back'"),
      older,
      set("refund_reversed = true, given = 'given back'")
    ],
    "restrict_violation",
    left
  )
  refusesOlder(
    "a purchase by them whose part was refunded before, of which they would credit nothing",
    [
      knows,
      "INSERT INTO fundings (reference, refunded, refund_price) VALUES ('test:1', true, 2.00)",
      older,
      `INSERT INTO fundings (reference, purchased, refunded, user_id, amount) VALUES ('test:1', true, true, '${bob}', 5.00)
     ON CONFLICT (reference) DO UPDATE SET purchased = true, user_id = EXCLUDED.user_id, amount = EXCLUDED.amount`
    ],
    "restrict_violation",
    left
  )
  allowsOlder("that the names of a refunded one are erased by them", [knows, takenBack, older, set("names = '{}'")])

  for (const [what, change] of [["paid", "price_currency = 'EUR'"], ["refunded", "refund_currency = 'EUR'"]] as const) {
    refuses(
      `another currency of what was ${what}`,
      [
        knows,
        credited,
        set("price = 5.00, price_currency = 'USD', refunded = true, refund_price = 2.00, refund_currency = 'USD'"),
        set(change)
      ],
      "restrict_violation",
      { words: /stays as it was told/ }
    )
  }

  const forward = { words: /is never taken back unsaid/ }
  refuses("a purchase unsaid", [credited, set("purchased = false, amount = NULL")], "restrict_violation", forward)
  refuses("a refund unsaid", [takenBack, set("refunded = false")], "restrict_violation", forward)
  refuses("a reversal unsaid", [givenBack, set("refund_reversed = false")], "restrict_violation", forward)
  refuses("another amount", [credited, set("amount = 50.00")], "restrict_violation", forward)
  refuses("another player", [credited, set(`user_id = '${ada}'`)], "restrict_violation", forward)
  refuses("no player any more", [credited, set("given = 'nothing', user_id = NULL")], "restrict_violation", forward)
  for (
    const [before, row, after] of [
      ["credited", credited, "nothing"],
      ["taken back", takenBack, "nothing"],
      ["taken back", takenBack, "credited"],
      ["given back", givenBack, "nothing"],
      ["given back", givenBack, "credited"],
      ["given back", givenBack, "taken back"]
    ] as const
  ) {
    refuses(`from ${before} to ${after}`, [row, set(`given = '${after}'`)], "restrict_violation", forward)
  }
  for (
    const [before, row, after] of [
      ["nothing", funding("nothing", "true, true, true"), "taken back"],
      ["nothing", funding("nothing", "true, true, true"), "given back"],
      ["credited", funding("credited", "true, true, true"), "given back"]
    ] as const
  ) {
    refuses(`from ${before} straight to ${after}`, [row, set(`given = '${after}'`)], "restrict_violation", forward)
  }
  refuses("another reference", [credited, set("reference = 'test:9'")], "restrict_violation", {
    roles: ["owner"],
    ...forward
  })

  refuses("the same reference twice", [credited, credited], "unique_violation", { words: /fundings_pkey/ })
  refuses("something given that was not purchased", [
    `INSERT INTO fundings (reference, given, user_id) VALUES ('test:1', 'credited', '${bob}')`
  ], "check_violation")
  refuses("something given to nobody", [
    "INSERT INTO fundings (reference, given, purchased, amount) VALUES ('test:1', 'credited', true, 5.00)"
  ], "check_violation")
  refuses("a purchase of no amount", [
    "INSERT INTO fundings (reference, purchased) VALUES ('test:1', true)"
  ], "check_violation")
  refuses("an amount of no purchase", [
    "INSERT INTO fundings (reference, amount) VALUES ('test:1', 5.00)"
  ], "check_violation")
  refuses("a purchase of nothing", [
    "INSERT INTO fundings (reference, purchased, amount) VALUES ('test:1', true, 0.00)"
  ], "check_violation")
  refuses("taken back without a refund", [funding("taken back")], "check_violation")
  refuses("given back without a reversal", [funding("given back", "true, true, false")], "check_violation")
  refuses("a word of its own for what was given", [funding("doubled")], "check_violation")
  refuses("a purchase of nobody's", [
    `INSERT INTO fundings (reference, purchased, user_id, amount) VALUES ('test:1', true, '${nobody}', 5.00)`
  ], "foreign_key_violation")
  refuses("to be removed", [credited, "DELETE FROM fundings"], "restrict_violation", { roles: ["owner"] })
  refuses("to be emptied", ["TRUNCATE fundings"], "restrict_violation", { roles: ["owner"] })
})

layer(Sessions.layer)("a withdrawal", (it) => {
  const { allows, refuses } = makeTries(it)

  /** Asked for by Ada: 3.00 of her 10.00 dollars. Nothing was sent yet. */
  const movement = (id = withdrawal) =>
    `INSERT INTO transactions (id, user_id, wallet_seq, type, amount, balance_after, counter_account, reference_id, status)
     VALUES ('${id}', '${ada}', 5, 'withdrawal', -3.00, 7.00, 'payouts', '${id}', 'pending')`
  const row = (values: Readonly<Record<string, string>> = {}) => {
    const all = {
      id: `'${withdrawal}'`,
      user_id: `'${ada}'`,
      amount: "3.00",
      account: "'acct'",
      asked_at: "app_now()",
      ...values
    }
    return `INSERT INTO withdrawals (${Object.keys(all).join(", ")}) VALUES (${Object.values(all).join(", ")})`
  }
  const money = [wallet(ada, "7.00", 5), movement()]
  const asked = [...money, row()]
  const set = (assignment: string) => `UPDATE withdrawals SET ${assignment} WHERE id = '${withdrawal}'`
  const settled = (status: string) => `UPDATE transactions SET status = '${status}' WHERE id = '${withdrawal}'`
  const back = (reference = withdrawal, user = ada, amount = "3.00", account = "payouts") =>
    user === ada
      ? [
        wallet(ada, "10.00", 6),
        movements({ user: ada, seq: 6, amount, after: "10.00", type: "refund", account, reference })
      ]
      : [
        wallet(bob, "8.00", 2),
        movements({ user: bob, seq: 2, amount, after: "8.00", type: "refund", account, reference })
      ]

  const transferDone = "transfer_status = 'done', transfer_id = 'tr_1'"
  const payoutDone = "payout_status = 'done', payout_id = 'po_1', payout_state = 'paid'"
  const paid = [...asked, set(`${transferDone}, ${payoutDone}`), settled("completed"), set("status = 'paid'")]
  const reversed = "reversal_status = 'done', reversal_id = 'trr_1'"
  const refusedTransfer = set("transfer_status = 'refused'")
  const failed = [...asked, refusedTransfer, settled("failed"), ...back(), set("status = 'failed'")]
  const returned = [...paid, ...back(), set(`${reversed}, status = 'returned'`)]

  allows("from pending to paid to returned", returned)
  allows("from pending to failed, where the transfer was refused", failed)
  allows("from pending to failed, where the transfer was reversed", [
    ...asked,
    set(transferDone),
    settled("failed"),
    ...back(),
    set(`${reversed}, status = 'failed'`)
  ])
  allows("the same request again, at its first time, and another one at another", [
    ...asked,
    set("transfer_status = 'unknown', transfer_sent_at = '2026-01-05T12:00:00Z'"),
    set("turn = 2"),
    set("transfer_status = 'unsent', transfer_attempt = 2, transfer_sent_at = NULL"),
    set("transfer_status = 'unknown', transfer_sent_at = '2026-01-06T12:00:00Z'")
  ])

  /**
   * Ada's `winnings`, of which two prizes rest until tomorrow and one has matured, as she withdraws 3.00 of which so much are winnings.
   * What rests is 4.00.
   */
  const resting = (winnings: string, taken: string) => [
    `UPDATE wallets SET balance = 7.00, withdrawable = ${winnings} - ${taken}, seq = 5, maturing = jsonb_build_array(
       jsonb_build_object('amount', '9.00', 'at', app_now()), jsonb_build_object('amount', '3.00', 'at', app_now() + interval '1 day'),
       jsonb_build_object('amount', '1.00', 'at', app_now() + interval '2 days')) WHERE user_id = '${ada}'`,
    movement().replace("status)", "status, withdrawable_delta)").replace("'pending')", `'pending', -${taken})`),
    row()
  ]
  allows("of winnings that do not rest", resting("7.00", "3.00"))
  allows("of winnings as far as they do not rest, and of purchased credit", resting("6.00", "2.00"))
  allows("of purchased credit, with fewer winnings than prizes of rooms", resting("2.00", "0.00"))
  const rests = { words: /takes a prize that rests/ }
  refuses(
    "of a prize that rests, by servers of the release before",
    resting("6.00", "2.01"),
    "restrict_violation",
    rests
  )
  refuses("of all that rests", resting("3.00", "3.00"), "restrict_violation", rests)

  /** Likewise, with $1.00 that waits for the identity check beside. */
  const awaiting = (winnings: string, taken: string) => [
    `UPDATE wallets SET awaiting_identity = '[{"amount": "1.00", "at": null}]' WHERE user_id = '${ada}'`,
    ...resting(winnings, taken)
  ]
  allows("of winnings that neither rest nor wait for an identity check", awaiting("7.00", "2.00"))
  refuses(
    "of a prize that waits for an identity check, by servers of the release before",
    awaiting("7.00", "2.01"),
    "restrict_violation",
    rests
  )

  const begins = { words: /does not begin as its movement does/ }
  refuses("without a movement", [row()], "integrity_constraint_violation", begins)
  refuses(
    "of a movement that is none",
    [
      movements({ user: bob, seq: 2, amount: "-1.00", after: "4.00", type: "withdrawal", account: "payouts" }).replace(
        "gen_random_uuid()",
        `'${withdrawal}'`
      ).replace("'withdrawal'", "'chargeback'"),
      row({ user_id: `'${bob}'`, amount: "1.00" })
    ].toSpliced(0, 0, wallet(bob, "4.00", 2)),
    "integrity_constraint_violation",
    begins
  )
  refuses(
    "of another amount than its movement",
    [...money, row({ amount: "30.00" })],
    "integrity_constraint_violation",
    begins
  )
  refuses(
    "of another player than its movement",
    [
      ...money,
      row({ user_id: `'${bob}'` })
    ],
    "integrity_constraint_violation",
    begins
  )
  refuses(
    "of a movement that is settled",
    [...money, settled("completed"), row()],
    "integrity_constraint_violation",
    begins
  )
  refuses(
    "that begins as paid",
    [
      ...money,
      settled("completed"),
      row({
        status: "'paid'",
        transfer_status: "'done'",
        transfer_id: "'tr_1'",
        payout_status: "'done'",
        payout_id: "'po_1'",
        payout_state: "'paid'"
      })
    ],
    "integrity_constraint_violation",
    begins
  )
  refuses("of nothing", [...money, row({ amount: "0.00" })], "integrity_constraint_violation", begins)
  refuses("twice", [...asked, row()], "unique_violation", { words: /withdrawals_pkey/ })

  const forward = { words: /is never changed, and it only goes forward/ }
  const ways: ReadonlyArray<readonly [string, ReadonlyArray<string>, ReadonlyArray<string>]> = [
    ["paid", paid, ["pending", "failed"]],
    ["failed", failed, ["pending", "paid", "returned"]],
    ["returned", returned, ["pending", "paid", "failed"]],
    ["pending", asked, ["returned"]]
  ]
  for (const [before, statements, others] of ways) {
    for (const after of others) {
      refuses(`from ${before} to ${after}`, [...statements, set(`status = '${after}'`)], "restrict_violation", forward)
    }
  }
  for (
    const change of [
      `id = '${other}'`,
      `user_id = '${bob}'`,
      "amount = 30.00",
      "account = 'another'",
      "asked_at = asked_at - interval '1 day'"
    ]
  ) {
    refuses(`once it is asked for, ${change}`, [...asked, set(change)], "restrict_violation", {
      roles: ["owner"],
      ...forward
    })
  }
  refuses(
    "a second transfer",
    [...asked, set(transferDone), set("transfer_id = 'tr_2'")],
    "restrict_violation",
    forward
  )
  refuses(
    "a transfer undone",
    [...asked, set(transferDone), set("transfer_status = 'unsent'")],
    "restrict_violation",
    forward
  )
  refuses(
    "a second payout",
    [
      ...asked,
      set(`${transferDone}, ${payoutDone}`),
      set("payout_id = 'po_2'")
    ],
    "restrict_violation",
    forward
  )
  refuses(
    "a payout undone",
    [
      ...asked,
      set(`${transferDone}, ${payoutDone}`),
      set("payout_status = 'refused', payout_state = NULL")
    ],
    "restrict_violation",
    forward
  )
  refuses(
    "a reversal undone",
    [
      ...asked,
      set(`${transferDone}, ${reversed}`),
      set("reversal_status = 'unsent'")
    ],
    "restrict_violation",
    forward
  )
  for (const step of ["transfer", "payout"]) {
    refuses(
      `a later time of the same request of a ${step}`,
      [
        ...asked,
        set(`${step}_status = 'unknown', ${step}_sent_at = '2026-01-05T12:00:00Z'`),
        set(`${step}_sent_at = '2026-01-06T12:00:00Z'`)
      ],
      "restrict_violation",
      forward
    )
    refuses(
      `the same ${step} for two withdrawals`,
      [
        ...asked,
        wallet(ada, "4.00", 6),
        movement(other).replace(", 5, 'withdrawal', -3.00, 7.00", ", 6, 'withdrawal', -3.00, 4.00"),
        row({ id: `'${other}'` }),
        step === "transfer" ? set(transferDone) : set(payoutDone),
        `UPDATE withdrawals SET ${step === "transfer" ? transferDone : payoutDone} WHERE id = '${other}'`
      ],
      "unique_violation",
      { words: new RegExp(`withdrawals_${step}_id_key`) }
    )
  }

  const movementsSay = { words: /which its movements are not/ }
  refuses(
    "failed, while its movement is pending",
    [
      ...asked,
      refusedTransfer,
      ...back(),
      set("status = 'failed'")
    ],
    "integrity_constraint_violation",
    movementsSay
  )
  refuses(
    "failed, and not back",
    [
      ...asked,
      refusedTransfer,
      settled("failed"),
      set("status = 'failed'")
    ],
    "integrity_constraint_violation",
    movementsSay
  )
  for (
    const [what, refund] of [
      ["under another reference", back(other)],
      ["to another player", back(withdrawal, bob)],
      ["from another account", back(withdrawal, ada, "3.00", `draw:${draws.open}`)]
    ] as const
  ) {
    refuses(
      `failed, and back ${what}`,
      [
        ...asked,
        refusedTransfer,
        settled("failed"),
        ...refund,
        set("status = 'failed'")
      ],
      "integrity_constraint_violation",
      movementsSay
    )
  }
  refuses(
    "failed, and more of it back",
    [
      ...asked,
      refusedTransfer,
      settled("failed"),
      wallet(ada, "11.00", 6),
      movements({
        user: ada,
        seq: 6,
        amount: "4.00",
        after: "11.00",
        type: "refund",
        account: "payouts",
        reference: withdrawal
      }),
      set("status = 'failed'")
    ],
    "integrity_constraint_violation",
    movementsSay
  )
  refuses(
    "paid, while its movement is pending",
    [
      ...asked,
      set(`${transferDone}, ${payoutDone}, status = 'paid'`)
    ],
    "integrity_constraint_violation",
    movementsSay
  )
  refuses(
    "paid, and back in the wallet",
    [
      ...asked,
      settled("completed"),
      ...back(),
      set(`${transferDone}, ${payoutDone}, status = 'paid'`)
    ],
    "integrity_constraint_violation",
    movementsSay
  )
  refuses(
    "returned, and not back",
    [
      ...paid,
      set(`${reversed}, status = 'returned'`)
    ],
    "integrity_constraint_violation",
    movementsSay
  )
  refuses(
    "back twice",
    [
      ...failed,
      wallet(ada, "13.00", 7),
      movements({
        user: ada,
        seq: 7,
        amount: "3.00",
        after: "13.00",
        type: "refund",
        account: "payouts",
        reference: withdrawal
      })
    ],
    "unique_violation",
    { words: /transactions_once/ }
  )

  refuses("failed, though its transfer may have gone out", [
    ...asked,
    settled("failed"),
    ...back(),
    set("transfer_status = 'unknown', status = 'failed'")
  ], "check_violation")
  refuses("paid without a payout", [
    ...asked,
    settled("completed"),
    set(`${transferDone}, status = 'paid'`)
  ], "check_violation")
  refuses(
    "returned, though its transfer is not reversed",
    [...paid, ...back(), set("status = 'returned'")],
    "check_violation"
  )
  refuses("a transfer done that has no name", [...asked, set("transfer_status = 'done'")], "check_violation")
  refuses("a payout done that has no state", [
    ...asked,
    set("payout_status = 'done', payout_id = 'po_1'")
  ], "check_violation")
  // servers of before migration 9 write `payout_state`, the others `provider_payout_status`
  const payoutNamed = "payout_status = 'done', payout_id = 'po_1'"
  const bothAre = (status: string) =>
    `DO $$ BEGIN ASSERT (SELECT (payout_state, provider_payout_status) = ('${status}', '${status}') FROM withdrawals
      WHERE id = '${withdrawal}'); END $$`
  allows("a payout's status by its old name, which the new one takes over, and the other way round", [
    ...asked,
    set(`${transferDone}, ${payoutNamed}, payout_state = 'pending'`),
    bothAre("pending"),
    set("provider_payout_status = 'in_transit'"),
    bothAre("in_transit"),
    set("payout_state = 'paid'"),
    bothAre("paid"),
    set("provider_payout_status = 'failed'"),
    bothAre("failed")
  ])
  allows("a payout's status by its new name first", [
    ...asked,
    set(`${transferDone}, ${payoutNamed}, provider_payout_status = 'pending'`),
    bothAre("pending")
  ])
  allows("a payout's status by both names, and without a change", [
    ...asked,
    set(`${transferDone}, ${payoutNamed}, payout_state = 'paid', provider_payout_status = 'paid'`),
    set("payout_state = 'paid'"),
    set("provider_payout_status = 'paid'"),
    bothAre("paid")
  ])
  refuses("a payout's status that differs by its two names", [
    ...asked,
    set(`${transferDone}, ${payoutNamed}, payout_state = 'paid', provider_payout_status = 'failed'`)
  ], "check_violation")
  refuses("a step held for no reason", [...asked, set("held_step = 'transfer'")], "check_violation")
  for (
    const column of ["transfer_status", "payout_status", "reversal_status", "payout_state", "provider_payout_status"]
  ) {
    refuses(`a word of its own as ${column}`, [...asked, set(`${column} = 'lost'`)], "check_violation")
  }
  refuses("to be removed", [...asked, "DELETE FROM withdrawals"], "restrict_violation", { roles: ["owner"] })
  refuses("to be emptied", ["TRUNCATE withdrawals"], "restrict_violation", { roles: ["owner"] })
})

layer(Sessions.layer)("an account with the provider", (it) => {
  const { allows, refuses } = makeTries(it)
  const account = (user: string, name: string) =>
    `INSERT INTO payout_accounts (user_id, account) VALUES ('${user}', '${name}')`
  allows("that is ready, and removed", [
    account(ada, "acct_1"),
    "UPDATE payout_accounts SET status = 'ready'",
    "DELETE FROM payout_accounts"
  ])
  refuses("a second one of a player", [account(ada, "acct_1"), account(ada, "acct_2")], "unique_violation")
  refuses("one of two players", [account(ada, "acct_1"), account(bob, "acct_1")], "unique_violation")
  refuses("one of nobody", [account(nobody, "acct_1")], "foreign_key_violation")
  refuses("a word of its own as status", [
    account(ada, "acct_1"),
    "UPDATE payout_accounts SET status = 'rich'"
  ], "check_violation")
})

layer(Sessions.layer)("a buyer's name", (it) => {
  const { allows, refuses } = makeTries(it)
  const name = (user: string) => `INSERT INTO buyer_names (name, user_id) VALUES ('buyer', '${user}')`
  allows("that is removed", [name(carlWithoutWallet), "DELETE FROM buyer_names"])
  refuses("of two players", [name(ada), name(bob)], "unique_violation")
  refuses("of nobody", [name(nobody)], "foreign_key_violation")
})

layer(Sessions.layer)("an event of the inbox", (it) => {
  const { allows, refuses } = makeTries(it)
  const event = (sender: string, eventId: string) =>
    `INSERT INTO webhook_events (id, sender, event_id, type, body) VALUES (gen_random_uuid(), '${sender}', '${eventId}', 'TEST', '{}')`
  allows("that is acted on, and loses its body", [
    event("stripe", "1"),
    event("revenuecat", "1"),
    "UPDATE webhook_events SET state = 'done', outcome = 'credited', reference = 'test:1', handled_at = app_now()",
    "UPDATE webhook_events SET body = ''"
  ])
  refuses("twice", [event("stripe", "1"), event("stripe", "1")], "unique_violation")
  refuses("of somebody else", [event("nobody", "1")], "check_violation")
  refuses("a word of its own as state", [
    event("stripe", "1"),
    "UPDATE webhook_events SET state = 'lost'"
  ], "check_violation")
  refuses("to be removed", [event("stripe", "1"), "DELETE FROM webhook_events"], "restrict_violation", {
    roles: ["owner"]
  })
  refuses("to be emptied", ["TRUNCATE webhook_events"], "restrict_violation", { roles: ["owner"] })
})

layer(Sessions.layer)("the watermark of a draw's mails", (it) => {
  const { refuses } = makeTries(it)
  const mark = (draw: string, confirmed: number) =>
    `INSERT INTO ticket_mails (draw_id, confirmed) VALUES ('${draw}', ${confirmed})`
  refuses("below zero", [mark(draws.open, -1)], "check_violation")
  refuses("of no draw", [mark(nobody, 0)], "foreign_key_violation")
  refuses("twice", [mark(draws.open, 0), mark(draws.open, 0)], "unique_violation")
})
