/** What the database itself refuses of operators, whatever the code does: tried by hand, in SQL. */
import { layer } from "@effect/vitest"
import { ada, bob, makeTries, nobody, Sessions } from "../support/Refusing.ts"

const entry = (id: string) =>
  `INSERT INTO operator_log (id, operator, command, subject_kind, subject_id, reason)
   VALUES ('${id}', 'ann', 'user freeze', 'user', '${ada}', 'because')`

const one = "018f2d5e-7a1b-7cc0-9d3a-0000000000f1"
const two = "018f2d5e-7a1b-7cc0-9d3a-0000000000f2"

layer(Sessions.layer)("the log of operators", (it) => {
  const { allows, refuses } = makeTries(it)
  allows("what was done", [entry(one)])
  const owner = { roles: ["owner"] } as const
  for (
    const change of [
      "UPDATE operator_log SET reason = 'another'",
      "DELETE FROM operator_log",
      "TRUNCATE operator_log CASCADE"
    ]
  ) refuses(change, [entry(one), change], "restrict_violation", owner)
  refuses("an operator without a name", [entry(one).replace("'ann'", "''")], "check_violation")
})

const approval = `INSERT INTO approvals (id, kind, user_id, amount, reference, is_winnings, requester, command, reason)
  VALUES ('${one}', 'adjustment', '${ada}', 500.00, 'credit:one', false, 'ann', 'wallet credit', 'because')`
const decide = (state: string, by: string) => `UPDATE approvals SET state = '${state}', decided_by = ${by}`

layer(Sessions.layer)("an approval", (it) => {
  const { allows, refuses } = makeTries(it)
  allows("by another operator", [approval, decide("done", "'bob'")])
  allows("to be refused by who asked", [approval, decide("refused", "'ann'")])
  refuses("by who asked for it", [approval, decide("done", "'ann'")], "check_violation")
  refuses("by who asked for it, in another case", [approval, decide("done", "'ANN'")], "check_violation")
  refuses("by nobody", [approval, decide("done", "NULL")], "check_violation")
  refuses("that was refused", [approval, decide("refused", "'bob'"), decide("done", "'eve'")], "restrict_violation")
  refuses("to wait again", [approval, decide("done", "'bob'"), decide("waiting", "NULL")], "restrict_violation")
  refuses("to expire before its time", [approval, decide("expired", "NULL")], "restrict_violation")
  refuses("twice for one reference", [approval, approval.replace(one, two)], "unique_violation")
  const owner = { roles: ["owner"] } as const
  refuses(
    "after its week",
    [
      approval.replace("reason)", "reason, expires_at)").replace("'because')", "'because', app_now())"),
      decide("done", "'bob'")
    ],
    "restrict_violation",
    owner
  )
  refuses(
    "of another amount",
    [approval, "UPDATE approvals SET amount = 5000.00, state = 'done', decided_by = 'bob'"],
    "restrict_violation",
    owner
  )
  for (const change of ["DELETE FROM approvals", "TRUNCATE approvals CASCADE"]) {
    refuses(change, [approval, change], "restrict_violation", owner)
  }
})

const adjustment = (amount: string, log = one) =>
  `INSERT INTO adjustments (reference, transaction_id, user_id, amount, is_winnings, log_id)
   VALUES ('credit:one', '${nobody}', '${bob}', ${amount}, false, '${log}')`
const movement = (amount: string, after: string) =>
  `INSERT INTO transactions (id, user_id, wallet_seq, type, amount, balance_after, counter_account, reference_id)
   VALUES ('${nobody}', '${bob}', 2, 'adjustment', ${amount}, ${after}, 'adjustments:credit', 'credit:one')`
const wallet = (balance: string) => `UPDATE wallets SET balance = ${balance}, seq = 2 WHERE user_id = '${bob}'`
const now = "SET CONSTRAINTS ALL IMMEDIATE"

layer(Sessions.layer)("an adjustment", (it) => {
  const { allows, refuses } = makeTries(it)
  allows("with its entry and its movement", [
    entry(one),
    adjustment("2.00"),
    wallet("7.00"),
    movement("2.00", "7.00"),
    now
  ])
  allows("that takes", [entry(one), adjustment("-2.00"), wallet("3.00"), movement("-2.00", "3.00"), now])
  refuses("that nobody is written down for", [adjustment("2.00")], "foreign_key_violation")
  refuses("without a movement", [entry(one), adjustment("2.00"), now], "foreign_key_violation")
  refuses("that no row says", [wallet("7.00"), movement("2.00", "7.00")], "integrity_constraint_violation", {
    words: /nothing says who did that/
  })
  refuses(
    "of another amount than its row says",
    [
      entry(one),
      adjustment("3.00"),
      wallet("7.00"),
      movement("2.00", "7.00")
    ],
    "integrity_constraint_violation",
    { words: /nothing says who did that/ }
  )
  refuses(
    "twice under a reference",
    [entry(one), entry(two), adjustment("2.00"), adjustment("2.00", two)],
    "unique_violation"
  )
})
