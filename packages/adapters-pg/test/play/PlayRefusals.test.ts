/** docs/play.md: what the database itself refuses of time-outs, exclusions and what is kept of them, whatever the code does. */
import { layer } from "@effect/vitest"
import { ada, bob, makeTries, Sessions } from "../support/Refusing.ts"

const set = (assignment: string) => `UPDATE wallets SET ${assignment} WHERE user_id = '${ada}'`
const inDays = (days: number) => `app_now() + interval '${days} days'`
const shorter = { words: /is made longer, never shorter/ }

layer(Sessions.layer)("a time-out or an exclusion", (it) => {
  const { allows, refuses } = makeTries(it)
  for (const column of ["timed_out_until", "excluded_until"]) {
    allows(`that begins and is made longer (${column})`, [
      set(`${column} = ${inDays(10)}`),
      set(`${column} = ${inDays(20)}`),
      set(`${column} = ${column}`)
    ])
    allows(`that is over, and begins anew (${column})`, [
      set(`${column} = ${inDays(-1)}`),
      set(`${column} = ${inDays(-2)}`),
      set(`${column} = NULL`)
    ])
    refuses(
      `that is made shorter (${column})`,
      [
        set(`${column} = ${inDays(20)}`),
        set(`${column} = ${inDays(19)}`)
      ],
      "restrict_violation",
      shorter
    )
    refuses(
      `that is forgotten (${column})`,
      [
        set(`${column} = ${inDays(20)}`),
        set(`${column} = NULL`)
      ],
      "restrict_violation",
      shorter
    )
  }
  refuses(
    "that is made shorter with another made longer",
    [
      set(`timed_out_until = ${inDays(20)}`),
      set(`timed_out_until = ${inDays(1)}, excluded_until = ${inDays(200)}`)
    ],
    "restrict_violation",
    shorter
  )
})

layer(Sessions.layer)("a date of birth", (it) => {
  const { allows, refuses } = makeTries(it)
  const born = (day: string) => set(`born_on = '${day}'`)
  allows("that is said, said again, and forgotten", [born("1990-02-28"), born("1990-02-28"), set("born_on = NULL")])
  refuses("that is another than was said", [born("1990-02-28"), born("1990-02-27")], "restrict_violation")
})

layer(Sessions.layer)("a deposit that was more than a limit", (it) => {
  const { refuses } = makeTries(it)
  const excess = `INSERT INTO deposit_excesses (transaction_id, user_id, limit_name, amount)
    SELECT id, user_id, 'dailyDeposit', 3.00 FROM transactions WHERE user_id = '${ada}' AND wallet_seq = 1`
  const owner = { roles: ["owner"] } as const
  refuses("twice", [excess, excess], "unique_violation")
  refuses("of nothing", [excess.replace("3.00", "0.00")], "check_violation")
  refuses("of a limit that is none", [excess.replace("dailyDeposit", "yearlyDeposit")], "check_violation")
  refuses("unsaid", [excess, "DELETE FROM deposit_excesses"], "restrict_violation", owner)
  refuses("changed", [excess, "UPDATE deposit_excesses SET amount = 1.00"], "restrict_violation", owner)
  refuses("all of them unsaid", [excess, "TRUNCATE deposit_excesses"], "restrict_violation", owner)
  for (
    const statement of [
      "DELETE FROM deposit_excesses",
      "UPDATE deposit_excesses SET amount = 1.00",
      "TRUNCATE deposit_excesses"
    ]
  ) {
    refuses(statement, [statement], "insufficient_privilege", { roles: ["app"] })
  }
})

layer(Sessions.layer)("a name that an excluded player had", (it) => {
  const { allows, refuses } = makeTries(it)
  const named = [
    set(`excluded_until = ${inDays(180)}`),
    `INSERT INTO buyer_names (name, user_id) VALUES ('the phone', '${ada}'), ('another phone', '${bob}')`,
    "DELETE FROM buyer_names"
  ]
  const only = (statement: string) =>
    `DO $$ BEGIN IF NOT (${statement}) THEN RAISE 'it is not so' USING ERRCODE = 'check_violation'; END IF; END $$`

  allows("is barred as long as the exclusion runs, and nobody else's", [
    ...named,
    only("(SELECT count(*) FROM excluded_names) = 1"),
    only(
      "EXISTS (SELECT FROM excluded_names WHERE digest = excluded_digest('buyer', 'the phone') AND until > app_now())"
    ),
    only("NOT EXISTS (SELECT FROM excluded_names WHERE digest = excluded_digest('mailbox', 'the phone'))")
  ])
  refuses("is no longer barred, before it ends", [...named, "DELETE FROM excluded_names"], "restrict_violation", {
    words: /once they are old/
  })
  refuses(
    "is barred for shorter",
    [
      ...named,
      `UPDATE excluded_names SET until = ${inDays(1)}`
    ],
    "restrict_violation",
    { roles: ["owner"] }
  )
  for (
    const statement of [
      "UPDATE excluded_names SET until = app_now()",
      "INSERT INTO excluded_names VALUES ('', app_now())",
      "TRUNCATE excluded_names",
      "SELECT key FROM exclusion_key",
      `SELECT bar_name('${ada}', 'buyer', 'the phone')`
    ]
  ) {
    refuses(statement, [statement], "insufficient_privilege", { roles: ["app"] })
  }
  refuses("another key", ["UPDATE exclusion_key SET key = sha256('')"], "restrict_violation", { roles: ["owner"] })
  refuses("no key", ["DELETE FROM exclusion_key"], "restrict_violation", { roles: ["owner"] })
})
