/**
 * Hostile text in every place that a command prints: planted in the tables, the environment, files' names, and on the command line. What
 * composes lines from values is tested by itself in ForeignText.test.ts.
 */
import { assert, describe, it, layer } from "@effect/vitest"
import type { Command } from "commander"
import { Effect } from "effect"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { program } from "../../src/Program.ts"
import { urlOf } from "../support/DatabaseUrl.ts"
import type { Env } from "../support/Ddd.ts"
import { newMember, newRoom } from "../support/Rooms.ts"
import { Site } from "../support/Site.ts"

const nasty = "\u001b[2J\u009b1m\r\nFORGED\u202e\u2066\u200b\u2028\u{e0041}"
const unshown = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u

/** What was planted, as command lines name it. */
interface Planted {
  readonly player: string
  readonly other: string
  /** One with nothing, who can be erased. */
  readonly gone: string
  readonly room: string
  readonly event: string
  readonly withdrawal: string
  /** Of the tests' own. */
  readonly folder: string
  /** Of a database that is not there. */
  readonly databaseUrl: string
}

interface Call {
  readonly args: ReadonlyArray<string>
  readonly env?: Env
  /** What was planted is no part of what is printed: the call shows that nothing steers all the same. */
  readonly isSilent?: true
}

/** A command's calls; those of `json` are made once more with --json. */
interface Tested {
  readonly calls: (planted: Planted) => ReadonlyArray<Call>
  readonly json?: (planted: Planted) => ReadonlyArray<Call>
  /** It changes what other commands print, and so runs after them. */
  readonly acts?: true
}

const calls = (...each: ReadonlyArray<Call>): Tested => ({ calls: () => each })

/** Each command of `ddd`. */
const commands: Readonly<Record<string, Tested>> = {
  "serve": calls({ args: [], env: { LOG_LEVEL: nasty } }, { args: [], env: { MAIL_FROM: nasty } }),
  "demo": calls({ args: ["--players", nasty] }),
  "migrate": {
    calls: ({ databaseUrl }) => [
      { args: [], env: { DATABASE_URL: databaseUrl, DATABASE_OWNER_URL: databaseUrl } }
    ]
  },
  "config": {
    calls: () => [{ args: [], env: { MAIL_FROM: nasty } }, { args: [], env: { LOG_LEVEL: nasty } }],
    json: () => [{ args: [], env: { MAIL_FROM: nasty } }]
  },
  "init": {
    calls: ({ folder }) => [
      { args: [join(folder, "new.env"), "--public-url", nasty] },
      { args: [join(folder, nasty, "new.env"), "--public-url", "https://lottery.example.com"] },
      {
        args: [join(folder, "new.env"), "--public-url", "https://lottery.example.com", "--trusted-proxies", nasty]
      }
    ]
  },
  "backup": {
    calls: ({ databaseUrl, folder }) => [
      { args: [folder], env: { DATABASE_URL: databaseUrl, DATABASE_OWNER_URL: databaseUrl } },
      { args: [join(folder, "bundle.ndjson", nasty)] }
    ]
  },
  "restore": calls({ args: [nasty] }),
  "doctor": {
    calls: ({ databaseUrl }) => [
      { args: [], env: { MAIL_FROM: nasty } },
      { args: [], env: { DATABASE_URL: databaseUrl } },
      { args: [], env: { GEO_DB: nasty } }
    ]
  },
  // a draw's row is ours, but for who declared it void, and in its records the names of beacons
  "draw list": calls({ args: [], isSilent: true }),
  "draw show": {
    calls: ({ room }) => [{ args: [room] }, { args: [nasty] }],
    json: ({ room }) => [{ args: [room] }]
  },
  "draw run": { calls: () => [{ args: [], isSilent: true }], acts: true },
  "draw pause": { calls: () => [{ args: [nasty] }], acts: true },
  "draw resume": { calls: () => [{ args: [nasty] }], acts: true },
  "draw void": {
    calls: ({ room }) => [{ args: [nasty] }, { args: [room, "--yes", nasty], isSilent: true }],
    acts: true
  },
  "room list": { calls: () => [{ args: [] }], json: () => [{ args: [] }] },
  "room show": {
    calls: ({ room }) => [{ args: [room] }, { args: [nasty] }],
    json: ({ room }) => [{ args: [room] }]
  },
  "user show": {
    calls: ({ player }) => [{ args: [player] }, { args: [`${nasty}?`] }],
    json: ({ player }) => [{ args: [player] }]
  },
  "user list": { calls: () => [{ args: [] }], json: () => [{ args: [] }] },
  "user search": { calls: () => [{ args: [nasty] }, { args: [`${nasty}?`] }], json: () => [{ args: [nasty] }] },
  "kyc list": { calls: () => [{ args: [] }], json: () => [{ args: [] }] },
  "kyc show": {
    calls: ({ player }) => [{ args: [player] }, { args: [`${nasty}?`] }],
    json: ({ player }) => [{ args: [player] }]
  },
  "kyc set": {
    calls: ({ other }) => [{ args: [other, "pending"] }, { args: [`${nasty}?`, "pending"] }, { args: [other, nasty] }],
    json: ({ other }) => [{ args: [other, "rejected"] }],
    acts: true
  },
  "ticket show": calls({ args: [nasty] }),
  "find": {
    // what waits for approval under a name is shown without it
    calls: ({ player }) => [
      { args: [player] },
      { args: [nasty] },
      { args: [`${nasty}?`], isSilent: true },
      { args: [`${nasty} nowhere`] }
    ],
    json: ({ player }) => [{ args: [player] }]
  },
  "user shared": { calls: () => [{ args: [] }], json: () => [{ args: [] }] },
  "user sessions": { calls: ({ player }) => [{ args: [player] }], json: ({ player }) => [{ args: [player] }] },
  "user freeze": { calls: ({ other }) => [{ args: [other] }], json: ({ other }) => [{ args: [other] }], acts: true },
  "user unfreeze": { calls: ({ other }) => [{ args: [other] }], json: ({ other }) => [{ args: [other] }], acts: true },
  "user limits": {
    calls: ({ player }) => [{ args: [player] }, { args: [`${nasty}?`] }],
    json: ({ player }) => [{ args: [player] }]
  },
  "user exclude": {
    calls: ({ other }) => [
      { args: [other, "--days", "180"] },
      { args: [`${nasty}?`, "--days", "180"] }
    ],
    json: ({ other }) => [{ args: [other, "--days", "180"] }],
    acts: true
  },
  "user unlink-payout-account": {
    calls: ({ player }) => [{ args: [player] }],
    json: ({ player }) => [{ args: [player] }],
    acts: true
  },
  // prints JSON and nothing else
  "user export": { calls: () => [{ args: [`${nasty}?`] }], json: ({ player }) => [{ args: [player] }], acts: true },
  "user erase": {
    calls: ({ gone, player }) => [
      { args: [player, "--yes", nasty], isSilent: true },
      { args: [gone, "--yes", `${nasty}?`] },
      { args: [gone, "--yes", `${nasty} 3`] }
    ],
    acts: true
  },
  "jobs list": { calls: () => [{ args: [] }], json: () => [{ args: [] }] },
  "jobs retry": { calls: () => [{ args: [`${nasty}?`] }], acts: true },
  "webhooks list": { calls: () => [{ args: [] }], json: () => [{ args: [] }] },
  "webhooks show": {
    calls: ({ event }) => [{ args: [event] }, { args: [nasty] }],
    json: ({ event }) => [{ args: [event] }]
  },
  "webhooks replay": { calls: ({ event }) => [{ args: [event] }, { args: [nasty] }], acts: true },
  "webhooks dismiss": { calls: () => [{ args: [nasty] }], acts: true },
  "purchases list": { calls: () => [{ args: [] }], json: () => [{ args: [] }] },
  "purchases credit": {
    calls: ({ player }) => [{ args: [nasty, player] }, { args: [nasty, `${nasty}?`] }, { args: [`${nasty}?`, player] }],
    acts: true
  },
  "purchases dismiss": { calls: () => [{ args: [`${nasty} 2`] }, { args: [`${nasty}?`] }], acts: true },
  "checkouts list": { calls: () => [{ args: [] }], json: () => [{ args: [] }] },
  "checkouts show": {
    calls: ({ withdrawal }) => [{ args: [withdrawal] }, { args: [nasty] }],
    json: ({ withdrawal }) => [{ args: [withdrawal] }]
  },
  // what it finds is said in our own words, but for the provider's names
  "checkouts reconcile": { calls: () => [{ args: [], isSilent: true }], acts: true },
  "withdrawals list": { calls: () => [{ args: [] }], json: () => [{ args: [] }] },
  "withdrawals show": {
    calls: ({ withdrawal }) => [{ args: [withdrawal] }, { args: [nasty] }],
    json: ({ withdrawal }) => [{ args: [withdrawal] }]
  },
  // what it finds is said in our own words, but for the provider's names
  "withdrawals reconcile": { calls: () => [{ args: [], isSilent: true }], acts: true },
  "withdrawals resolve": {
    calls: ({ withdrawal }) => [
      { args: [nasty, "absent"] },
      { args: [withdrawal, nasty] }
    ],
    acts: true
  },
  "withdrawals cancel": { calls: () => [{ args: [nasty] }], acts: true },
  "wallet credit": {
    calls: () => [{ args: [nasty, "1.00", "--reference", "one"] }, { args: [nasty, nasty, "--reference", nasty] }],
    acts: true
  },
  "wallet correct": {
    calls: ({ event }) => [
      { args: [nasty, "1.00", "--corrects", event], isSilent: true },
      { args: [`${nasty}?`, "1.00", "--corrects", event] }
    ],
    acts: true
  },
  "wallet statement": { calls: () => [{ args: [`${nasty}?`, "--month", "2026-02"] }] },
  "report day": calls({ args: [nasty] }),
  "report accounts": calls({ args: ["--at", nasty] }),
  "report prizes": calls({ args: ["--from", nasty] }),
  // whether it is asked for before another command decides the purchase, or after, what was planted is no part of it
  "approve": { calls: ({ event }) => [{ args: [event], isSilent: true }, { args: [nasty] }], acts: true },
  "approvals list": { calls: () => [{ args: [] }], json: () => [{ args: [] }] },
  "approvals refuse": { calls: ({ event }) => [{ args: [event] }, { args: [nasty] }], acts: true },
  // what is remembered is read as ids and numbers, or not at all (AcknowledgedLines)
  "restored": { calls: () => [{ args: ["--yes", nasty] }], acts: true },
  "mail preview": {
    calls: ({ folder }) => [{ args: [nasty] }, { args: ["welcome", "--out", join(folder, nasty)] }]
  },
  "log list": { calls: () => [{ args: [] }], json: () => [{ args: [] }] },
  "log show": {
    calls: ({ event }) => [{ args: [event] }, { args: [nasty] }],
    json: ({ event }) => [{ args: [event] }]
  },
  "audit": { calls: () => [{ args: [] }], json: () => [{ args: [] }] },
  "verify": {
    calls: ({ folder }) => [
      { args: [nasty] },
      { args: [join(folder, "bundle.ndjson")], isSilent: true }
    ]
  },
  "watch": calls({ args: [nasty] }),
  // a name that could do harm is none that a log may have
  "log-key list": calls({ args: [], env: { LOG_ORIGIN: nasty }, isSilent: true }),
  "completion": calls({ args: [nasty] }),
  "log-key rotate": { calls: ({ folder }) => [{ args: ["--out", join(folder, nasty, "none")], isSilent: true }] }
}

const pathOf = (command: Command): string =>
  command.parent === null || command.parent.parent === null
    ? command.name()
    : `${pathOf(command.parent)} ${command.name()}`

/** What a command is asked for that asks first: it goes on then. */
const confirmed = (command: Command): ReadonlyArray<string> =>
  ["--yes", "--reason"].flatMap((flag) => {
    const option = command.options.find(({ long }) => long === flag)
    return option === undefined ? [] : !option.required ? [flag] : flag === "--reason" ? [flag, "planted"] : []
  })

const leaves = (command: Command): ReadonlyArray<Command> =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves)

describe("planted text", () => {
  it("is printed by each command that there is", () => {
    assert.sameMembers(Object.keys(commands), leaves(program(() => {}, () => {})).map(pathOf))
  })
})

const confirmedBy = new Map(leaves(program(() => {}, () => {})).map((each) => [pathOf(each), confirmed(each)]))

/** Rows as nobody could write them by the API; checks of the tables hold, triggers do not. */
const plant = Effect.gen(function*() {
  const { database, dataDir, newPlayer, servers, superuser: sql } = yield* Site
  const [player, other, gone] = [yield* newMember, yield* newMember, yield* newPlayer]
  const room = yield* newRoom(player, [other], "A room")
  // from here on nobody acts on what is planted
  yield* Effect.forEach(servers, ({ stop }) => stop())
  const event = "019a2b3c-0000-7000-8000-000000000001"
  const withdrawal = "019a2b3c-0000-7000-8000-000000000002"
  yield* Effect.gen(function*() {
    yield* sql`SET LOCAL session_replication_role = replica`
    yield* sql`UPDATE users SET username = ${nasty}, email = ${nasty}, country = ${"\u202e\u001b"} WHERE id = ${player.id}::uuid`
    yield* sql`UPDATE users SET username = ${`${nasty} 2`}, email = ${`${nasty} 2`} WHERE id = ${other.id}::uuid`
    yield* sql`UPDATE users SET username = ${`${nasty} 3`} WHERE id = ${gone.id}::uuid`
    yield* sql`UPDATE email_identities SET identity = ${nasty}, is_shared = user_id = ${other.id}::uuid
      WHERE user_id = ANY (${[player.id, other.id]}::uuid[])`
    yield* sql`UPDATE users SET kyc_status = 'pending', kyc_reference = ${nasty} WHERE id = ${player.id}::uuid`
    yield* sql`INSERT INTO identity_waiting VALUES (${player.id}::uuid)`
    yield* sql`UPDATE sessions SET user_agent = ${nasty}`
    yield* sql`INSERT INTO payout_accounts (user_id, account, provider) VALUES (${player.id}::uuid, ${nasty}, 'simulated')`
    yield* sql`UPDATE lobbies SET name = ${nasty}`
    yield* sql`INSERT INTO early_voids (draw_id, operator, declared_at) VALUES (${room.id}::uuid, ${nasty}, app_now())`
    yield* sql`
      INSERT INTO jobs (id, queue_name, element, attempts, last_failure, created_at, updated_at, state, visible_at)
      VALUES (${nasty}, 'outbox', ${
      JSON.stringify({ _tag: nasty, userId: nasty })
    }, 3, ${nasty}, now(), now(), 'failed', now())`
    yield* sql`
      INSERT INTO webhook_events (id, sender, event_id, type, body, state, outcome, reference)
      VALUES (${event}::uuid, 'stripe', ${nasty}, ${nasty}, convert_to(${
      JSON.stringify({ [nasty]: nasty })
    }, 'UTF8'), 'failed', ${nasty}, ${nasty})`
    yield* sql`
      INSERT INTO operator_log (id, operator, command, subject_kind, subject_id, reason, details)
      VALUES (${event}::uuid, ${nasty}, ${nasty}, 'user', ${nasty}, ${nasty}, jsonb_build_object(${nasty}::text, ${nasty}::text))`
    yield* sql`
      INSERT INTO approvals (id, kind, user_id, amount, reference, is_winnings, requester, command, reason)
      VALUES (${event}::uuid, 'purchase', ${player.id}::uuid, 1.00, ${`${nasty}?`}, false, ${nasty}, ${nasty}, ${nasty})`
    for (const reference of [nasty, `${nasty} 2`]) {
      yield* sql`
        INSERT INTO fundings (reference, purchased, amount, names, held_reason, held_names)
        VALUES (${reference}, true, 1.00, ${[nasty]}, ${nasty}, ${[nasty]})`
    }
    // credited, as no movement says: the audit tells of it
    yield* sql`
      INSERT INTO fundings (reference, purchased, amount, given, user_id)
      VALUES (${`${nasty} 3`}, true, 1.00, 'credited', ${player.id}::uuid)`
    yield* sql`
      INSERT INTO withdrawals (id, user_id, amount, account, provider, asked_at, transfer_status, transfer_sent_at, transfer_id,
        held_reason, held_step, problem)
      VALUES (${withdrawal}::uuid, ${player.id}::uuid, 1.00, ${nasty}, 'simulated', app_now(), 'done', app_now(), ${nasty},
        ${nasty}, 'payout', ${nasty})`
    // under the id of the withdrawal
    yield* sql`
      INSERT INTO checkouts (id, user_id, amount, provider, asked_at, expires_at, status, session_id, url, payment_id, problem)
      VALUES (${withdrawal}::uuid, ${player.id}::uuid, 20.00, 'simulated', app_now(), app_now(), 'failed', ${nasty}, ${nasty},
        ${nasty}, ${nasty})`
  }).pipe(sql.withTransaction, Effect.orDie)
  const folder = join(dataDir, "files")
  mkdirSync(folder)
  writeFileSync(join(folder, "bundle.ndjson"), nasty)
  const planted: Planted = {
    player: player.id,
    other: other.id,
    gone: gone.id,
    room: room.id,
    event,
    withdrawal,
    folder,
    databaseUrl: urlOf({ ...database.owner, database: encodeURIComponent(nasty) })
  }
  return planted
})

const assertShown = (what: string, output: string, isSilent = false): void => {
  for (const line of output.split("\n")) {
    assert.notMatch(line, unshown, what)
    assert.notMatch(line, /^\s*FORGED/, what)
  }
  if (!isSilent) assert.include(output, "FORGED", what)
}

/** Every text in JSON. */
const textsIn = (value: unknown): ReadonlyArray<string> =>
  typeof value === "string" ? [value] : typeof value === "object" && value !== null
    ? Object.values(value).flatMap(textsIn)
    : []

layer(Site.layer({ processes: [{ WITHDRAW_DEPOSITS: "true" }] }), { excludeTestServices: true, timeout: "60 seconds" })(
  "planted text",
  (it) => {
    it.effect(
      "steers no terminal and begins no line of any command, and is itself in JSON",
      () =>
        Effect.gen(function*() {
          const { ddd } = yield* Site
          const planted = yield* plant
          const text = (name: string, { args, env, isSilent }: Call) =>
            Effect.map(
              ddd([...name.split(" "), ...args, ...confirmedBy.get(name) ?? []], undefined, env),
              ({ stderr, stdout }) =>
                assertShown(`ddd ${name} ${JSON.stringify(args)}\n${stdout}${stderr}`, stdout + stderr, isSilent)
            )
          const json = (name: string, { args, env }: Call) =>
            Effect.map(
              ddd(
                [
                  ...name.split(" "),
                  ...args,
                  ...confirmedBy.get(name) ?? [],
                  ...name === "user export" ? [] : ["--json"]
                ],
                undefined,
                env
              ),
              ({ stderr, stdout }) => {
                const what = `ddd ${name} --json\n${stdout}${stderr}`
                assertShown(what, stdout)
                assert.isTrue(textsIn(JSON.parse(stdout)).some((each) => each.includes(nasty)), what)
              }
            )
          const run = ([name, tested]: readonly [string, Tested]) =>
            Effect.andThen(
              Effect.forEach(tested.calls(planted), (call) => text(name, call)),
              Effect.forEach(tested.json?.(planted) ?? [], (call) => json(name, call))
            )
          // what acts on one kind of thing does so one by one
          const all = Object.entries(commands)
          const acting = Map.groupBy(all.filter(([, { acts }]) => acts === true), ([name]) => name.split(" ")[0])
            .values()
          yield* Effect.forEach(all.filter(([, { acts }]) => acts !== true), run, { concurrency: 4, discard: true })
          yield* Effect.forEach(acting, (group) => Effect.forEach(group, run, { discard: true }), {
            concurrency: 4,
            discard: true
          })
        }),
      600_000
    )
  }
)
