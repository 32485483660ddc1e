/** docs/design.md, "What the database itself refuses, whatever the code does": rooms, their members and their tickets. */
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Exit, Layer } from "effect"
import {
  ada,
  bob,
  carlWithoutWallet,
  commitmentOf,
  doraWithoutMoney,
  draws,
  makeTries,
  noon,
  opens,
  Sessions,
  tickets
} from "../support/Refusing.ts"

const room = "018f2d5e-7a1b-7cc0-9d3a-0000000000e1"
const otherRoom = "018f2d5e-7a1b-7cc0-9d3a-0000000000e2"

const roomDraw = (id: string) =>
  `INSERT INTO draws (id, kind, status, commitment_hash, opens_at, seal_key_id, tree_frontier, open_note)
   VALUES ('${id}', 'room', 'open', '${commitmentOf(id)}', '${opens}', 'key', '\\x${"00".repeat(8)}', 'open')`
const lobby = (id: string, { code = "ABCDEF", max = 3 } = {}) =>
  `INSERT INTO lobbies (id, code, name, host_id, max_participants) VALUES ('${id}', '${code}', 'Friday', '${ada}', ${max})`
const members = (...users: ReadonlyArray<string>) =>
  `INSERT INTO lobby_members (id, lobby_id, user_id) VALUES ${
    users.map((user) => `(gen_random_uuid(), '${room}', '${user}')`).join(", ")
  }`
const leaves = (user: string) => `DELETE FROM lobby_members WHERE lobby_id = '${room}' AND user_id = '${user}'`
const ticket = (user: string, position = 1) =>
  tickets({ draw: room, user, position, ticketId: `ROOM-ABCDEF-0000${position}` })

const locked =
  `UPDATE draws SET status = 'locked', lock_note = 'lock', entries_root = repeat('0', 64), locked_at = '${noon}',
  draws_at = '${noon}' WHERE id = '${room}'`
const voided = `UPDATE draws SET status = 'void', result_note = 'void' WHERE id = '${room}'`

/** A room of Ada's, Bob in it, that takes one more. */
const made = [roomDraw(room), lobby(room), members(ada, bob)]

layer(Sessions.layer)("a room's members", (it) => {
  const { allows, refuses } = makeTries(it)
  const full = { words: /room .* takes no member/ }
  const stays = { words: /member .* of room .* stays/ }

  allows("as many as it takes", [...made, members(doraWithoutMoney)])
  refuses(
    "more than it takes",
    [
      ...made,
      members(doraWithoutMoney),
      members(carlWithoutWallet)
    ],
    "integrity_constraint_violation",
    full
  )
  refuses(
    "more than it takes, in one statement",
    [
      ...made,
      members(doraWithoutMoney, carlWithoutWallet)
    ],
    "integrity_constraint_violation",
    full
  )
  refuses("one twice", [...made, members(bob)], "unique_violation")
  refuses("nobody's", [...made, members("018f2d5e-7a1b-7cc0-9d3a-00000000000f")], "foreign_key_violation")
  refuses("one of no room", [members(bob)], "integrity_constraint_violation", full)
  refuses(
    "a new one once it is locked",
    [
      ...made,
      locked,
      members(doraWithoutMoney)
    ],
    "integrity_constraint_violation",
    full
  )
  refuses(
    "a new one once it is closed",
    [
      ...made,
      voided,
      members(doraWithoutMoney)
    ],
    "integrity_constraint_violation",
    full
  )

  allows("to leave before they buy", [...made, leaves(bob), members(bob)])
  refuses("the host to leave", [...made, leaves(ada)], "integrity_constraint_violation", stays)
  refuses(
    "to leave with a ticket",
    [
      ...made,
      ticket(bob),
      leaves(bob)
    ],
    "integrity_constraint_violation",
    stays
  )
  refuses("to leave once it is locked", [...made, locked, leaves(bob)], "integrity_constraint_violation", stays)
  refuses("to leave once it is closed", [...made, voided, leaves(bob)], "integrity_constraint_violation", stays)
  refuses(
    "to change into somebody else",
    [
      ...made,
      `UPDATE lobby_members SET user_id = '${doraWithoutMoney}' WHERE user_id = '${bob}'`
    ],
    "restrict_violation",
    { roles: ["owner"] }
  )
  refuses("to be gone all at once", [...made, "TRUNCATE lobby_members"], "restrict_violation", { roles: ["owner"] })
})

layer(Sessions.layer)("a room's tickets", (it) => {
  const { allows, refuses } = makeTries(it)
  const each = { words: /room .* sells each member one ticket, and nobody else any/ }

  allows("one of each member", [...made, ticket(ada, 1), ticket(bob, 2)])
  refuses(
    "one of somebody else",
    [
      ...made,
      ticket(doraWithoutMoney)
    ],
    "integrity_constraint_violation",
    each
  )
  refuses(
    "a second one of a member",
    [
      ...made,
      ticket(ada, 1),
      ticket(ada, 2)
    ],
    "integrity_constraint_violation",
    each
  )
  refuses(
    "two of a member in one statement",
    [
      ...made,
      tickets(
        { draw: room, user: ada, position: 1, ticketId: "ROOM-ABCDEF-00001" },
        { draw: room, user: ada, position: 2, ticketId: "ROOM-ABCDEF-00002" }
      )
    ],
    "integrity_constraint_violation",
    each
  )
  refuses(
    "one among those of a day's draw",
    [
      ...made,
      tickets(
        { position: 2 },
        { draw: room, user: doraWithoutMoney, position: 1, ticketId: "ROOM-ABCDEF-00001" }
      )
    ],
    "integrity_constraint_violation",
    each
  )
  refuses(
    "one of a room that is nowhere",
    [
      roomDraw(room),
      ticket(ada)
    ],
    "integrity_constraint_violation",
    each
  )
  refuses(
    "one before it was made",
    [
      ...made,
      tickets({ draw: room, user: ada, position: 1, ticketId: "ROOM-ABCDEF-00001", at: "2026-01-04T23:59:59.999Z" })
    ],
    "integrity_constraint_violation",
    { words: /draw .* does not sell tickets/ }
  )
  refuses(
    "one once it is locked",
    [
      ...made,
      locked,
      ticket(ada)
    ],
    "integrity_constraint_violation",
    { words: /draw .* does not sell tickets/ }
  )
  allows("several of one player in a day's draw, as before", [tickets({ position: 2 }, { position: 3 })])
})

layer(Sessions.layer)("what was said of a room", (it) => {
  const { allows, refuses } = makeTries(it)
  const kept = { words: /what was said of room .* is never changed/ }

  const changes = [
    `id = '${draws.open}'`,
    "code = 'BCDEFG'",
    "name = 'Saturday'",
    `host_id = '${bob}'`,
    "max_participants = 50",
    "created_at = created_at - interval '1 second'"
  ]
  for (const change of changes) {
    refuses(change, [...made, `UPDATE lobbies SET ${change} WHERE id = '${room}'`], "restrict_violation", {
      ...kept,
      roles: ["owner"]
    })
    refuses(change, [...made, `UPDATE lobbies SET ${change} WHERE id = '${room}'`], "insufficient_privilege", {
      roles: ["app"]
    })
  }
  for (const column of ["auto_draw_at", "server_draws_at"]) {
    const said = `UPDATE lobbies SET ${column} = '${noon}' WHERE id = '${room}'`
    const saidAgain = (shift: string) => `UPDATE lobbies SET ${column} = ${column} ${shift} WHERE id = '${room}'`
    allows(`when the server draws it: ${column}`, [...made, said])
    allows(`an earlier time at which the server draws it: ${column}`, [
      ...made,
      said,
      saidAgain("- interval '1 second'")
    ])
    refuses(
      `a later time at which the server draws it: ${column}`,
      [...made, said, saidAgain("+ interval '1 microsecond'")],
      "restrict_violation",
      kept
    )
    refuses(
      `that the server draws it no more: ${column}`,
      [...made, said, saidAgain("+ NULL")],
      "restrict_violation",
      kept
    )
  }
  refuses("that it never was", [...made, `DELETE FROM lobbies WHERE id = '${room}'`], "restrict_violation", {
    roles: ["owner"]
  })
  refuses("that none ever was", [...made, "TRUNCATE lobbies CASCADE"], "restrict_violation", { roles: ["owner"] })
  refuses("a code that another has", [...made, roomDraw(otherRoom), lobby(otherRoom)], "unique_violation")
  refuses("a code that a closed one had", [...made, voided, roomDraw(otherRoom), lobby(otherRoom)], "unique_violation")
  refuses("places for one", [roomDraw(room), lobby(room, { max: 1 })], "check_violation")
  refuses("places for more than fifty", [roomDraw(room), lobby(room, { max: 51 })], "check_violation")
  refuses("a room without a draw", [lobby(room)], "foreign_key_violation")
})

describe("a room's last place and a member's one ticket", () => {
  /** Runs two statements in two sessions at the same time, in a database of their own; gives how often it was refused. */
  const collide = (statements: ReadonlyArray<string>) =>
    Effect.gen(function*() {
      const { app, other, owner } = yield* Sessions
      yield* Effect.forEach(made, (statement) => owner.unsafe(statement), { discard: true })
      const exits = yield* Effect.forEach(
        statements,
        (statement, index) => Effect.exit((index % 2 === 0 ? app : other).unsafe(statement)),
        { concurrency: "unbounded" }
      )
      return exits.filter(Exit.isFailure).length
    }).pipe(Effect.provide(Layer.fresh(Sessions.layer)))

  it.live("go to one of two who come at once, whatever the code locks", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* collide([members(doraWithoutMoney), members(carlWithoutWallet)]), 1)
    }))

  it.live("are sold once of two that are sold at once, whatever the code locks", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* collide([ticket(bob, 1), ticket(bob, 2)]), 1)
    }))
})

layer(Sessions.layer)(
  "the times of a draw, by the names of servers of before migration 10 and of those since,",
  (it) => {
    const { allows, refuses } = makeTries(it)
    const agree = (table: string, id: string, [old, now]: readonly [string, string], at: string | null) =>
      `DO $$ BEGIN ASSERT (SELECT ${
        at === null
          ? `${old} IS NULL AND ${now} IS NULL`
          : `(${old}, ${now}) = ('${at}'::timestamptz, '${at}'::timestamptz)`
      } FROM ${table} WHERE id = '${id}'); END $$`
    const set = (table: string, id: string, what: string) => `UPDATE ${table} SET ${what} WHERE id = '${id}'`
    const lockedBut = `status = 'locked', lock_note = 'lock', entries_root = repeat('0', 64), locked_at = '${noon}'`

    const columns = ["draws_at", "draw_at"] as const
    for (const column of columns) {
      allows(`are the same where the outcome's is written as ${column}`, [
        ...made,
        set("draws", room, `${lockedBut}, ${column} = '${noon}'`),
        agree("draws", room, columns, noon)
      ])
    }
    allows("are the same where the outcome's is written as both", [
      ...made,
      set("draws", room, `${lockedBut}, draws_at = '${noon}', draw_at = '${noon}'`),
      agree("draws", room, columns, noon)
    ])
    refuses("an outcome that is due at two times", [
      ...made,
      set("draws", room, `${lockedBut}, draws_at = '${noon}', draw_at = '${opens}'`)
    ], "check_violation")
    refuses("a locked draw whose outcome is never due", [...made, set("draws", room, lockedBut)], "check_violation")

    const ofRooms = ["server_draws_at", "auto_draw_at"] as const
    for (const [column, other] of [ofRooms, ofRooms.toReversed()]) {
      allows(`are the same where the server's is written as ${column}, and moved as either`, [
        ...made,
        agree("lobbies", room, ofRooms, null),
        set("lobbies", room, `${column} = '${noon}'`),
        agree("lobbies", room, ofRooms, noon),
        set("lobbies", room, `${other} = '${opens}'`),
        agree("lobbies", room, ofRooms, opens),
        set("lobbies", room, `${column} = '${opens}'`),
        agree("lobbies", room, ofRooms, opens)
      ])
    }
    refuses("a room that the server draws at two times", [
      ...made,
      set("lobbies", room, `server_draws_at = '${noon}', auto_draw_at = '${opens}'`)
    ], "check_violation")
  }
)
