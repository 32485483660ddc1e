/** docs/design.md, "What the database itself refuses, whatever the code does": draws. */
import { type DrawStatus, drawStatuses } from "@ddd/core/draws/Draw"
import { layer } from "@effect/vitest"
import {
  ada,
  assignments,
  closes,
  draws,
  makeTries,
  movements,
  noon,
  opens,
  seed,
  Sessions,
  updateDraw,
  wallet
} from "../support/Refusing.ts"

/** Where a draw may go from each status. */
const ways: Record<DrawStatus, ReadonlyArray<DrawStatus>> = {
  scheduled: ["scheduled", "open", "locked", "void"],
  open: ["open", "locked", "void"],
  locked: ["locked", "drawn", "void"],
  drawn: ["drawn"],
  void: ["void"]
}

// the open draw of the fixture has sold a ticket, whose price its account holds: here it is paid back first
const emptied: Partial<Record<DrawStatus, ReadonlyArray<string>>> = {
  open: [
    wallet(ada, "11.00", 5),
    movements({ user: ada, seq: 5, amount: "1.00", after: "11.00", type: "refund", account: `draw:${draws.open}` })
  ]
}

layer(Sessions.layer)("a draw's status", (it) => {
  const { allows, refuses } = makeTries(it)
  for (const from of drawStatuses) {
    for (const to of drawStatuses) {
      const statements = [
        ...emptied[from] ?? [],
        updateDraw(draws[from], from === to ? `status = '${to}'` : assignments[to])
      ]
      if (ways[from].includes(to)) allows(`from ${from} to ${to}`, statements)
      else {
        refuses(`from ${from} to ${to}`, statements, "integrity_constraint_violation", {
          words: new RegExp(`cannot go from ${from} to ${to}`)
        })
      }
    }
  }
  refuses("one that there is not", [updateDraw(draws.open, "status = 'paused'")], "integrity_constraint_violation")
})

layer(Sessions.layer)("what was published of a draw", (it) => {
  const { allows, refuses } = makeTries(it)
  const published = { words: /what was published of draw .* is never changed/ }
  const owners = { ...published, roles: ["owner"] as const }

  const promised = [
    `id = '${ada}'`,
    "draw_date = '2030-01-01'",
    "kind = 'room', draw_date = NULL",
    "commitment_hash = repeat('0', 64)",
    "created_at = created_at - interval '1 second'",
    "opens_at = opens_at - interval '1 second'",
    "closes_at = closes_at + interval '1 second'",
    "seal_key_id = 'other'",
    "beacon_chain = repeat('0', 64)",
    "open_note = 'other'"
  ]
  for (const change of promised) {
    refuses(`from its opening: ${change}`, [updateDraw(draws.open, change)], "integrity_constraint_violation", owners)
  }
  refuses(
    "from its opening: beacon_round = 1",
    [
      updateDraw(draws.open, "beacon_round = 1")
    ],
    "integrity_constraint_violation",
    published
  )

  const fixed = [
    "lock_note = 'other'",
    "entries_root = repeat('1', 64)",
    "locked_at = locked_at + interval '1 second'",
    "draw_at = draw_at - interval '1 second'",
    "draws_at = draws_at - interval '1 second'",
    "draws_at = draws_at - interval '1 second', draw_at = draw_at - interval '1 second'"
  ]
  for (const change of fixed) {
    refuses(
      `from its lock: ${change}`,
      [
        updateDraw(draws.locked, change)
      ],
      "integrity_constraint_violation",
      published
    )
  }

  const decided = [
    "result_note = 'other'",
    `seed = '${"00".repeat(32)}'`,
    "seed = NULL",
    "winning_position = 1",
    "drawn_at = drawn_at + interval '1 second'"
  ]
  for (const change of decided) {
    refuses(`from its end: ${change}`, [updateDraw(draws.drawn, change)], "integrity_constraint_violation", published)
  }
  refuses(
    "from its end: the seed of a void draw",
    [
      updateDraw(draws.void, `seed = '${seed}'`)
    ],
    "integrity_constraint_violation",
    published
  )

  const signed = updateDraw(draws.locked, "beacon_signature = '\\x01'")
  allows("the beacon's signature, once", [signed, signed])
  refuses(
    "another signature of the beacon",
    [
      signed,
      updateDraw(draws.locked, "beacon_signature = '\\x02'")
    ],
    "integrity_constraint_violation",
    published
  )
})

layer(Sessions.layer)("a draw's entries", (it) => {
  const { allows, refuses } = makeTries(it)
  const grow = { words: /the entries of draw .* only grow, and only while it is open/ }
  const entries = (count: number) => `total_entries = ${count}, prize_pool = ${count} * 0.95`

  allows("more of them while it is open", [updateDraw(draws.open, entries(2))])
  refuses("fewer", [updateDraw(draws.open, entries(0))], "integrity_constraint_violation", grow)
  for (const status of ["locked", "drawn", "void"] as const) {
    refuses(
      `more once it is ${status}`,
      [
        updateDraw(draws[status], entries(1))
      ],
      "integrity_constraint_violation",
      grow
    )
    refuses(
      `another tree once it is ${status}`,
      [
        updateDraw(draws[status], "tree_frontier = '\\x00'")
      ],
      "integrity_constraint_violation",
      grow
    )
  }
  refuses(
    "more in the step that locks it",
    [
      updateDraw(draws.open, `${assignments.locked}, ${entries(2)}`)
    ],
    "integrity_constraint_violation",
    grow
  )
  refuses("another pot than theirs", [updateDraw(draws.open, "prize_pool = 0.96")], "check_violation")
})

layer(Sessions.layer)("a draw's account", (it) => {
  const { refuses } = makeTries(it)
  refuses("void while it holds a price", [updateDraw(draws.open, assignments.void)], "check_violation")
  refuses("drawn while it holds a price", [
    updateDraw(draws.open, assignments.locked),
    updateDraw(draws.open, `${assignments.drawn}, winning_position = 1`)
  ], "check_violation")
  for (const status of ["drawn", "void"] as const) {
    refuses(`a movement once it is ${status}`, [
      wallet(ada, "9.00", 5),
      movements({
        user: ada,
        seq: 5,
        amount: "-1.00",
        after: "9.00",
        type: "ticket_purchase",
        account: `draw:${draws[status]}`
      })
    ], "check_violation")
  }
})

layer(Sessions.layer)("a draw's secret and its winner", (it) => {
  const { refuses } = makeTries(it)
  refuses("a seed that does not open the commitment", [
    updateDraw(draws.locked, assignments.drawn.replace(seed, "00".repeat(32)))
  ], "check_violation")
  refuses(
    "another draw's seed and commitment",
    [
      `INSERT INTO draws (id, kind, status, commitment_hash, seed, opens_at, seal_key_id, tree_frontier, open_note, result_note)
     SELECT gen_random_uuid(), 'room', 'void', commitment_hash, '${seed}', opens_at, seal_key_id, tree_frontier, open_note, 'void'
     FROM draws WHERE id = '${draws.drawn}'`
    ],
    "check_violation",
    { roles: ["owner"] }
  )
  for (const status of ["scheduled", "open", "locked"] as const) {
    refuses(`the seed of a draw that is ${status}`, [
      updateDraw(draws[status], `seed = '${seed}'`)
    ], "check_violation")
  }
  refuses("a winner before the draw is drawn", [updateDraw(draws.open, "winning_position = 1")], "check_violation")
  refuses("a winner among nobody", [
    updateDraw(draws.locked, `${assignments.drawn}, winning_position = 1`)
  ], "check_violation")
  refuses("a lock record while tickets are sold", [updateDraw(draws.open, "lock_note = 'lock'")], "check_violation")
  refuses("a lock without its record", [updateDraw(draws.open, "status = 'locked'")], "check_violation")
  refuses("an end without its record", [updateDraw(draws.locked, "status = 'void'")], "check_violation")
})

layer(Sessions.layer)("the void of a draw, once it has begun", (it) => {
  const { allows, refuses } = makeTries(it)
  const begun = updateDraw(draws.locked, `void_begun_at = '${closes}', void_note = 'void'`)
  const refused = "integrity_constraint_violation"
  const taken = { words: /the void of draw .* has begun, and is never taken back/ }
  // the open draw of the fixture has a ticket; here it is locked, and its void has begun
  const withTicket = [
    updateDraw(draws.open, assignments.locked),
    updateDraw(draws.open, `void_begun_at = '${closes}', void_note = 'void'`)
  ]
  const refund = movements({
    user: ada,
    seq: 5,
    amount: "1.00",
    after: "11.00",
    type: "refund",
    account: `draw:${draws.open}`
  })
  const paidBack = [wallet(ada, "11.00", 5), refund, updateDraw(draws.open, "refunded_entries = 1")]

  allows("its end, with the record that was kept", [begun, updateDraw(draws.locked, assignments.void)])
  allows("its end, once every ticket is paid back", [
    ...withTicket,
    ...paidBack,
    updateDraw(draws.open, assignments.void)
  ])
  allows("a void all at once, as servers of the release before do it", [
    updateDraw(draws.open, assignments.locked),
    wallet(ada, "11.00", 5),
    refund,
    updateDraw(draws.open, assignments.void)
  ])
  refuses("that the draw is drawn", [begun, updateDraw(draws.locked, assignments.drawn)], refused, taken)
  refuses(
    "that the draw is locked",
    [
      updateDraw(draws.open, `void_begun_at = '${closes}', void_note = 'void'`),
      updateDraw(draws.open, assignments.locked)
    ],
    refused,
    taken
  )
  refuses(
    "another ticket",
    [
      updateDraw(draws.open, `void_begun_at = '${closes}', void_note = 'void'`),
      updateDraw(draws.open, "total_entries = 2, prize_pool = 1.90")
    ],
    refused,
    taken
  )
  refuses("another end than the one that was kept", [
    begun,
    updateDraw(draws.locked, "status = 'void', result_note = 'other'")
  ], "check_violation")
  refuses("its end before every ticket is paid back", [
    ...withTicket,
    updateDraw(draws.open, assignments.void)
  ], "check_violation")
  refuses("that servers of the release before pay all of it back at once", [
    ...withTicket,
    wallet(ada, "11.00", 5),
    refund,
    updateDraw(draws.open, assignments.void)
  ], "check_violation")
  refuses(
    "that it never began",
    [
      begun,
      updateDraw(draws.locked, "void_begun_at = NULL, void_note = NULL")
    ],
    refused,
    taken
  )
  refuses("another record", [begun, updateDraw(draws.locked, "void_note = 'other'")], refused, taken)
  refuses("another beginning", [begun, updateDraw(draws.locked, `void_begun_at = '${opens}'`)], refused, taken)
  refuses(
    "that less is paid back than was",
    [
      ...withTicket,
      ...paidBack,
      updateDraw(draws.open, "refunded_entries = 0")
    ],
    refused,
    taken
  )
  refuses(
    "that more is paid back than was sold",
    [begun, updateDraw(draws.locked, "refunded_entries = 1")],
    "check_violation"
  )
  refuses("a beginning without its record", [
    updateDraw(draws.locked, `void_begun_at = '${closes}'`)
  ], "check_violation")
  refuses("a beginning while tickets are sold", [
    updateDraw(draws.open, `void_begun_at = '${noon}', void_note = 'void'`)
  ], "check_violation")
  refuses("tickets paid back where none has begun", [
    updateDraw(draws.open, `${assignments.locked}, refunded_entries = 1`)
  ], "check_violation")
})
