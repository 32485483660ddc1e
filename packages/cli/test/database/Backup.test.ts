import * as Migrator from "@ddd/adapters-pg/database/Migrator"
import { type PgConnection, provision, session } from "@ddd/adapters-pg/database/Provision"
import * as Provision from "@ddd/adapters-pg/database/Provision"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import type { Statement } from "effect/sql"
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { urlOf } from "../support/DatabaseUrl.ts"
import { because, dataFolder, eventually, get } from "../support/Ddd.ts"
import { arrayAt, at, Site, textAt } from "../support/Site.ts"
import { systemPostgres, systemPrograms } from "../support/SystemPostgres.ts"

const newDatabase = (admin: PgConnection, name: string) =>
  Effect.gen(function*() {
    const made = yield* provision(admin, name)
    return { ...made, admin: { ...admin, database: name } }
  })

/** The database gone, with whoever is connected to it, and an empty one of its name in its place. */
const emptied = Effect.fnUntraced(function*(admin: PgConnection, name: string) {
  const sql = yield* session(admin)
  yield* sql.unsafe(`DROP DATABASE "${name}" WITH (FORCE)`)
  yield* provision(admin, name)
}, Effect.scoped)

const databasesOf = Effect.fnUntraced(function*(admin: PgConnection) {
  const sql = yield* session(admin)
  const rows = yield* sql<{ readonly name: string }>`SELECT datname AS name FROM pg_database ORDER BY datname`
  return rows.map(({ name }) => name)
}, Effect.scoped)

/** Buys under a key until it is answered for good, as a client does. */
const buy = Effect.fnUntraced(function*(url: string, token: string, quantity: number) {
  const { ask } = yield* Site
  const asked = { at: url, body: { quantity }, token, headers: { "idempotency-key": `of ${quantity} at ${url}` } }
  return yield* eventually("a purchase", ask("POST", "/lottery/purchase-ticket", asked), ({ status }) => status === 201)
})

describe("ddd backup and ddd restore", () => {
  it.live.skipIf(systemPrograms === undefined)(
    "put back what stood at one moment, and a server sells nothing on it until ddd restored (needs Debian's postgresql)",
    () =>
      Effect.gen(function*() {
        const admin = yield* systemPostgres(systemPrograms ?? "")
        const database = yield* newDatabase(admin, "ddd_kept")
        yield* Migrator.migrate(database.app.username).pipe(Effect.provide(Provision.layer(database.owner)))
        yield* Effect.gen(function*() {
          const site = yield* Site
          const [first] = site.servers
          assert(first !== undefined)
          const ann = yield* site.newPlayer
          yield* site.deposit(ann, "20.00")
          yield* buy(first.url, ann.accessToken, 2)

          const kept = join(yield* dataFolder, "backups")
          const nobody = yield* site.ddd(["backup", kept, "--verify", "-"], "postgres://postgres@127.0.0.1:1/postgres")
          assert.strictEqual(nobody.code, 2, nobody.stdout)
          assert.match(nobody.stderr, /The server of --verify cannot be used: .*Nothing was made/)
          assert.notInclude(nobody.stderr, "DATABASE_URL")
          assert.isFalse(existsSync(kept))
          const verified = yield* site.ddd(["backup", kept, "--verify", "-", "--json"], urlOf(admin))
          assert.strictEqual(verified.code, 0, verified.stdout + verified.stderr)
          const told: unknown = JSON.parse(verified.stdout)
          assert.strictEqual(at(told, "audit", "holds"), true)
          assert.strictEqual(at(told, "manifest", "counts", "tickets"), 2)
          const [name = ""] = readdirSync(kept)
          assert.match(name, /^\d{8}T\d{6}Z$/)
          const folder = join(kept, name)
          assert.sameMembers(readdirSync(folder), ["database.dump", "manifest.json"])
          assert.deepStrictEqual([folder, join(folder, "database.dump")].map((path) => statSync(path).mode & 0o777), [
            0o700,
            0o600
          ])
          assert.deepStrictEqual((yield* databasesOf(admin)).filter((each) => each.startsWith("ddd_scratch")), [])

          // what is acknowledged from here on is not in it
          const lost = yield* buy(first.url, ann.accessToken, 3)
          assert.lengthOf(arrayAt(lost.json, "tickets"), 3)
          yield* first.stop("SIGKILL")

          const occupied = yield* site.ddd(["restore", folder])
          assert.strictEqual(occupied.code, 2)
          assert.match(occupied.stderr, /has tables already, and nothing is overwritten/)

          yield* emptied(admin, database.name)
          const cut = join(kept, "cut")
          cpSync(folder, cut, { recursive: true })
          const bytes = readFileSync(join(cut, "database.dump"))
          bytes[bytes.length - 100] = (bytes.at(-100) ?? 0) ^ 1
          writeFileSync(join(cut, "database.dump"), bytes)
          const changed = yield* site.ddd(["restore", cut])
          assert.strictEqual(changed.code, 2)
          assert.match(changed.stderr, /was cut off or changed/)
          const other = yield* newDatabase(admin, "ddd_other")
          const others = yield* site.ddd(["restore", folder], undefined, {
            DATABASE_URL: urlOf(other.app),
            DATABASE_OWNER_URL: urlOf(other.owner)
          })
          assert.strictEqual(others.code, 2)
          assert.match(others.stderr, /its rights to ddd_kept_app; .* name ddd_other_owner and ddd_other_app/)

          // ended on the way, while it waits for whoever has a table of that name
          const holder = yield* session(database.owner)
          yield* holder`BEGIN`
          yield* holder`CREATE TABLE public.users ()`
          const ended = yield* Effect.forkChild(site.ddd(["restore", folder]))
          const watcher = yield* session(admin)
          const tools = (condition: Statement.Fragment) =>
            Effect.orDie(Effect.map(
              watcher<{ readonly count: number }>`
                SELECT count(*)::int AS count FROM pg_stat_activity
                WHERE datname = ${database.name} AND application_name LIKE 'ddd%' AND ${condition}`,
              ([row]) => row?.count
            ))
          yield* eventually(
            "it waits",
            tools(watcher`wait_event_type = 'Lock'`),
            (count) => count === 1
          )
          const second = yield* site.ddd(["restore", folder])
          assert.strictEqual(second.code, 2)
          assert.match(
            second.stderr,
            /^Another `.*restore` is at the database ddd_kept. Nothing was changed by this one/
          )
          // SIGKILL
          yield* Fiber.interrupt(ended)
          yield* holder`ROLLBACK`
          yield* eventually("nobody is at it", tools(watcher`pid <> pg_backend_pid()`), (count) => count === 1)
          const [standing] = yield* holder<{ readonly count: number }>`
            SELECT count(*)::int AS count FROM pg_tables WHERE schemaname = 'public'`
          assert.strictEqual(standing?.count, 0)

          const back = yield* site.ddd(["restore", folder])
          assert.strictEqual(back.code, 0, back.stdout + back.stderr)
          assert.match(back.stdout, /The books hold: .* 2 tickets/)
          assert.match(back.stdout, /tickets at the positions 3 to 5/)
          assert.match(back.stdout, /until `npm run -s ddd -- restored`/)

          const server = yield* site.serve()
          assert.strictEqual((yield* get(`${server.url}/readyz`)).status, 503)
          const refused = yield* site.ask("POST", "/lottery/purchase-ticket", {
            at: server.url,
            body: { quantity: 1 },
            token: ann.accessToken
          })
          assert.strictEqual(refused.status, 503)
          const begun = yield* site.ddd(["restored", "--yes", "1", ...because])
          assert.strictEqual(begun.code, 0, begun.stderr)
          yield* eventually("readiness", get(`${server.url}/readyz`), ({ status }) => status === 200)
          const anew = yield* buy(server.url, ann.accessToken, 1)
          assert.strictEqual(at(arrayAt(anew.json, "tickets")[0], "position"), 3)
          assert.strictEqual((yield* site.ddd(["audit"])).code, 0)

          // nothing was lost that anybody could know of, and it waits all the same
          yield* server.stop()
          const whole = join(kept, "whole")
          const complete = yield* site.ddd(["backup", whole, "--json"])
          assert.strictEqual(complete.code, 0, complete.stderr)
          const again = textAt(JSON.parse(complete.stdout), "folder")
          yield* emptied(admin, database.name)
          const anew1 = yield* site.ddd(["restore", again])
          assert.strictEqual(anew1.code, 0, anew1.stdout + anew1.stderr)
          assert.include(anew1.stderr, "now the books are audited")
          assert.match(anew1.stdout, /what else was done since .*\n.*until `npm run -s ddd -- restored`/)
          const twice = yield* site.ddd(["restore", again])
          assert.strictEqual(twice.code, 2)
          assert.match(twice.stderr, /ended at its audit.*ddd -- audit`, then `npm run -s ddd -- restored`/)
          const doctor = yield* site.ddd(["doctor", "--json"])
          assert.match(doctor.stdout, /database is behind.*what else was done since/)
          const third = yield* site.serve()
          assert.strictEqual((yield* get(`${third.url}/readyz`)).status, 503)
          assert.strictEqual((yield* site.ddd(["restored", "--yes", "2", ...because])).code, 0)
          yield* eventually("readiness", get(`${third.url}/readyz`), ({ status }) => status === 200)

          // a cent that came from nowhere
          const sql = yield* session({ ...admin, database: database.name })
          yield* Effect.andThen(
            sql`SET LOCAL session_replication_role = replica`,
            sql`UPDATE wallets SET balance = balance + 0.01 WHERE user_id = ${ann.id}::uuid`
          ).pipe(sql.withTransaction)
          const broken = yield* site.ddd(["backup", kept, "--verify", "-"], urlOf(admin))
          assert.strictEqual(broken.code, 1, broken.stderr)
          assert.match(broken.stdout, /the books DO NOT HOLD there/)
        }).pipe(Effect.provide(Site.layer({ database })))
      }).pipe(Effect.scoped),
    400_000
  )
})
