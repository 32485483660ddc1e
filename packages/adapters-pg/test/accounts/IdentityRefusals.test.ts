/** What the database itself refuses, and keeps count of, where identity checks are concerned, whatever the code does. */
import { layer } from "@effect/vitest"
import { ada, bob, makeTries, movements, Sessions, wallet } from "../support/Refusing.ts"

const only = (condition: string) =>
  `DO $$ BEGIN IF NOT (${condition}) THEN RAISE 'it is not so' USING ERRCODE = 'check_violation'; END IF; END $$`
const knows = "SELECT set_config('ddd.knows', 'identity checks', true)"
const born = (day: string) => `UPDATE wallets SET born_on = '${day}' WHERE user_id = '${ada}'`

layer(Sessions.layer)("a date of birth", (it) => {
  const { allows } = makeTries(it)
  allows("that who checks identities knows better than the player", [born("1990-02-28"), knows, born("1990-02-27")])
})

layer(Sessions.layer)("a message about an identity check", (it) => {
  const { allows, refuses } = makeTries(it)
  const message = `INSERT INTO webhook_events (id, sender, event_id, type, body)
    VALUES ('018f2d5e-7a1b-7cc0-9d3a-0000000000e1', 'kyc', 'msg_1', 'verified', '{}')`
  const concluded = (state: string) => `UPDATE webhook_events SET state = '${state}' WHERE sender = 'kyc'`
  const left = { words: /is left to a server that knows those/ }
  refuses("that a server of before takes for another's", [message, concluded("ignored")], "restrict_violation", left)
  allows("that is acted on by a server that knows it", [message, knows, concluded("done")])
  allows("that is to be acted on once more", [message, concluded("received")])
})

layer(Sessions.layer)("what a wallet withdrew", (it) => {
  const { allows, refuses } = makeTries(it)
  const withdrawn = (amount: string) => only(`(SELECT withdrawn FROM wallets WHERE user_id = '${ada}') = ${amount}`)
  const back = { user: ada, seq: 5, amount: "4.00", after: "14.00", type: "refund", account: "payouts" }
  allows("is counted, whoever moves the money, and what comes back is not", [
    withdrawn("4.00"),
    wallet(ada, "14.00", 5),
    movements(back),
    withdrawn("0.00")
  ])
  refuses("is another", [`UPDATE wallets SET withdrawn = 0 WHERE user_id = '${ada}'`], "insufficient_privilege", {
    roles: ["app"]
  })
})

layer(Sessions.layer)("who waits for an identity check", (it) => {
  const { allows, refuses } = makeTries(it)
  const waits = (...players: ReadonlyArray<string>) =>
    only(
      `ARRAY(SELECT user_id FROM identity_waiting ORDER BY user_id) = '{${players.toSorted().join()}}'::uuid[]`
    )
  const status = (user: string, is: string) => `UPDATE users SET kyc_status = '${is}' WHERE id = '${user}'`
  const awaiting = (is: string) => `UPDATE wallets SET awaiting_identity = ${is} WHERE user_id = '${ada}'`
  allows("is known, until neither a check nor a prize waits", [
    waits(),
    status(ada, "pending"),
    status(bob, "pending"),
    waits(ada, bob),
    awaiting("'[{\"amount\": \"1.00\", \"at\": null}]'"),
    status(ada, "rejected"),
    status(bob, "verified"),
    waits(ada),
    awaiting("NULL"),
    waits()
  ])
  allows("is nobody who is erased, of whom nothing is kept, whichever server erases them", [
    `UPDATE users SET kyc_status = 'pending', kyc_at = app_now(), kyc_reference = 'chk_1' WHERE id = '${ada}'`,
    awaiting("'[{\"amount\": \"1.00\", \"at\": null}]'"),
    // as a server of before does
    `UPDATE users SET erased_at = app_now(), kyc_status = 'none' WHERE id = '${ada}'`,
    waits(),
    only(`(SELECT (kyc_at, kyc_reference) IS NULL FROM users WHERE id = '${ada}')`)
  ])
  for (const statement of [`INSERT INTO identity_waiting VALUES ('${ada}')`, "DELETE FROM identity_waiting"]) {
    refuses(statement, [statement], "insufficient_privilege", { roles: ["app"] })
  }
})
