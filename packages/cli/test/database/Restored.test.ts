import * as DevClock from "@ddd/adapters-pg/database/DevClock"
import { clone, session } from "@ddd/adapters-pg/database/Provision"
import { injectedAdmin } from "@ddd/adapters-pg/testing/ProvidedPostgres"
import { dayMillis } from "@ddd/core/values/Instant"
import * as StripeStandIn from "@ddd/sim/providers/StripeStandIn"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { because, dataFolder, eventually, get, sure } from "../support/Ddd.ts"
import { newPayee } from "../support/Payees.ts"
import { arrayAt, at, password, Site, textAt } from "../support/Site.ts"

/** Ends whatever is connected to a database: it is about to be copied, or replaced. */
const disconnect = Effect.fnUntraced(function*(name: string) {
  const sql = yield* session(injectedAdmin())
  yield* sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name} AND pid <> pg_backend_pid()`
  const connected = Effect.map(
    sql<{ readonly count: number }>`SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = ${name}`,
    ([row]) => row?.count
  )
  yield* eventually("nobody connected", Effect.orDie(connected), (count) => count === 0)
}, Effect.scoped)

const remove = Effect.fnUntraced(function*(name: string) {
  const sql = yield* session(injectedAdmin())
  yield* sql.unsafe(`DROP DATABASE "${name}" WITH (FORCE)`)
}, Effect.scoped)

const shown = (answer: { readonly json: unknown }) =>
  arrayAt(answer.json, "tickets").map((ticket) => ({
    position: at(ticket, "position"),
    ticketId: textAt(ticket, "ticketId"),
    ownerSalt: textAt(ticket, "ownerSalt")
  }))

describe("a backup that was put back", () => {
  it.live(
    "is neither sold on nor drawn until ddd restored; then its tickets have other numbers and salts, and the day verifies",
    () =>
      Effect.gen(function*() {
        const site = yield* Site
        const { database } = site
        const admin = injectedAdmin()
        const buy = (url: string, token: string, quantity: number) =>
          site.ask("POST", "/lottery/purchase-ticket", { at: url, body: { quantity }, token })
        const ann = yield* site.newPlayer
        yield* site.deposit(ann, "20.00")
        const [first] = site.servers
        assert(first !== undefined)
        assert.lengthOf(shown(yield* buy(first.url, ann.accessToken, 2)), 2)
        yield* first.stop()

        const backup = `${database.name}_b`
        yield* disconnect(database.name)
        const kept = yield* Effect.acquireRelease(clone(admin, database, backup), () => Effect.orDie(remove(backup)))
        const second = yield* site.serve()
        const lost = shown(yield* buy(second.url, ann.accessToken, 3))
        assert.deepStrictEqual(lost.map(({ position }) => position), [3, 4, 5])
        // whatever it was doing
        yield* second.stop("SIGKILL")
        yield* remove(database.name)
        yield* clone(admin, kept, database.name)

        const third = yield* site.serve()
        const ready = yield* get(`${third.url}/readyz`)
        assert.strictEqual(ready.status, 503)
        assert.include(ready.text, "ddd restored")
        const refused = yield* buy(third.url, ann.accessToken, 1)
        assert.strictEqual(refused.status, 503, refused.text)
        assert.isDefined(refused.headers["retry-after"])
        assert.strictEqual((yield* get(`${third.url}/lottery/current-draw`)).status, 200)
        assert.include(third.stderr(), "tickets at the positions 3 to 5")
        const run = yield* site.ddd(["draw", "run"])
        assert.strictEqual(run.code, 2, run.stdout)
        assert.include(run.stderr, "restored`, which lists what was lost")

        const asked = yield* site.ddd(["restored"])
        assert.strictEqual(asked.code, 2)
        assert.include(asked.stderr, "tickets at the positions 3 to 5")
        assert.include(asked.stderr, "--yes 1")
        const other = yield* site.ddd(["restored", "--yes", "2", ...because])
        assert.strictEqual(other.code, 2, other.stdout)
        assert.strictEqual((yield* buy(third.url, ann.accessToken, 1)).status, 503)
        const begun = yield* site.ddd(["restored", "--yes", "1", ...because])
        assert.strictEqual(begun.code, 0, begun.stderr)
        assert.include(begun.stdout, "Epoch 1 has begun")

        yield* eventually("readiness", get(`${third.url}/readyz`), ({ status }) => status === 200)
        const anew = shown(yield* buy(third.url, ann.accessToken, 3))
        assert.deepStrictEqual(anew.map(({ position }) => position), [3, 4, 5])
        for (const [index, { ownerSalt, ticketId }] of anew.entries()) {
          assert.notStrictEqual(ticketId, lost[index]?.ticketId)
          assert.notStrictEqual(ownerSalt, lost[index]?.ownerSalt)
          assert.match(ticketId, /^DDL-20260203-[0-9A-Z]{8}$/)
        }
        const checked = yield* get(`${third.url}/lottery/tickets/${anew[0]?.ticketId}/verify`)
        assert.isTrue(at(JSON.parse(checked.text), "sealValid") !== false, checked.text)
        const audit = yield* site.ddd(["audit"])
        assert.strictEqual(audit.code, 0, audit.stdout + audit.stderr)

        // and once more, the same backup: what was begun is lost too
        yield* third.stop("SIGKILL")
        yield* remove(database.name)
        yield* clone(admin, kept, database.name)
        const fourth = yield* site.serve()
        assert.strictEqual((yield* buy(fourth.url, ann.accessToken, 1)).status, 503)
        const again = yield* site.ddd(["restored", "--yes", "2", ...because])
        assert.strictEqual(again.code, 0, again.stderr)
        yield* eventually("readiness", get(`${fourth.url}/readyz`), ({ status }) => status === 200)
        const [fresh] = shown(yield* buy(fourth.url, ann.accessToken, 1))
        assert.strictEqual(fresh?.position, 3)
        assert.notInclude([...lost, ...anew].map(({ ticketId }) => ticketId), fresh?.ticketId)

        // over a connection of now: those of the site were ended with the databases before
        const sql = yield* session(database.owner)
        yield* DevClock.advance(dayMillis).pipe(Effect.provideService(SqlClient.SqlClient, sql))
        const day = `${fourth.url}/lottery/draws/2026-02-03`
        yield* eventually("the draw", get(day), ({ text }) => at(JSON.parse(text), "status") === "drawn")
        const verified = yield* site.ddd(["verify", `${day}/proof`])
        assert.include(verified.stdout, "VALID", verified.stdout)
        assert.strictEqual((yield* site.ddd(["audit"])).code, 0)
      }).pipe(Effect.scoped, Effect.provide(Site.layer({}))),
    400_000
  )
})

describe("a database that was put back and lacks what left the house, and what protects players", () => {
  it.live(
    "is found behind although every ticket is there; ddd restored records and carries it out again, and no money leaves twice",
    () =>
      Effect.gen(function*() {
        const stripe = yield* StripeStandIn.make({ times: { inTransitMillis: 50, paidMillis: 100 } })
        const env = { STRIPE_SECRET_KEY: stripe.secretKey, STRIPE_API_BASE: stripe.url, WITHDRAW_DEPOSITS: "true" }
        yield* Effect.gen(function*() {
          const site = yield* Site
          const { database } = site
          const ddd = (...args: ReadonlyArray<string>) => site.ddd(args, undefined, env)
          const admin = injectedAdmin()
          const [first] = site.servers
          assert(first !== undefined)
          const ann = yield* newPayee("20.00")
          const spender = yield* newPayee("20.00")
          const [excluded, erased, frozen, limited, freed] = [
            yield* site.newPlayer,
            yield* site.newPlayer,
            yield* site.newPlayer,
            yield* site.newPlayer,
            yield* site.newPlayer
          ]
          yield* site.deposit(limited, "20.00")
          yield* site.deposit(excluded, "20.00")
          assert.strictEqual((yield* ddd("user", "freeze", freed.username, ...sure)).code, 0)
          yield* first.stop()
          const backup = `${database.name}_b`
          yield* disconnect(database.name)
          const kept = yield* Effect.acquireRelease(clone(admin, database, backup), () => Effect.orDie(remove(backup)))

          const second = yield* site.serve(env)
          const ask = (token: string, method: string, path: string, body?: unknown) =>
            site.ask(method, path, { at: second.url, token, body })
          const withdrawn = yield* ask(ann.accessToken, "POST", "/wallet/withdraw", { amount: "20.00" })
          assert.strictEqual(withdrawn.status, 202, withdrawn.text)
          const id = textAt(withdrawn.json, "id")
          const spent = yield* ask(spender.accessToken, "POST", "/wallet/withdraw", { amount: "15.00" })
          assert.strictEqual(spent.status, 202, spent.text)
          const paid = Effect.gen(function*() {
            const sql = yield* session(database.owner)
            const rows = yield* sql<{ readonly id: string }>`SELECT id FROM withdrawals WHERE payout_status = 'done'`
            return rows.map((row) => row.id)
          }).pipe(Effect.scoped, Effect.orDie)
          yield* eventually("both paid", paid, (ids) => ids.length === 2 && ids.includes(id))
          const stopped = yield* ask(excluded.accessToken, "POST", "/user/self-exclusion", { days: 365 })
          assert.strictEqual(stopped.status, 200, stopped.text)
          const gone = yield* ask(erased.accessToken, "DELETE", "/user", { currentPassword: password })
          assert.strictEqual(gone.status, 204, gone.text)
          const lowered = yield* ask(limited.accessToken, "PUT", "/user/limits", { dailySpend: "1.00" })
          assert.strictEqual(lowered.status, 200, lowered.text)
          assert.strictEqual((yield* ddd("user", "freeze", frozen.username, ...sure)).code, 0)
          assert.strictEqual((yield* ddd("user", "unfreeze", freed.username, ...sure)).code, 0)
          assert.strictEqual((yield* ddd("kyc", "set", limited.username, "rejected", ...sure)).code, 0)
          const deposited = yield* site.post(
            "/wallet/deposit",
            { userId: ann.id, amount: "7.00", referenceId: "lost" },
            { at: second.url, token: site.internalToken }
          )
          assert.strictEqual(deposited.status, 201, deposited.text)
          assert.strictEqual(stripe.transfers.size, 2)
          yield* second.stop("SIGKILL")
          yield* remove(database.name)
          yield* clone(admin, kept, database.name)

          const third = yield* site.serve(env)
          const now = (token: string, method: string, path: string, body?: unknown) =>
            site.ask(method, path, { at: third.url, token, body })
          const ready = yield* get(`${third.url}/readyz`)
          assert.strictEqual(ready.status, 503, "ready, although a withdrawal is lost that was paid")
          assert.include(third.stderr(), id)
          const again = yield* now(ann.accessToken, "POST", "/wallet/withdraw", { amount: "20.00" })
          assert.strictEqual(again.status, 503, again.text)
          assert.strictEqual(
            (yield* now(spender.accessToken, "POST", "/lottery/purchase-ticket", { quantity: 1 })).status,
            503
          )

          // what was not decided yet is told as JSON too
          const asked = yield* ddd("restored", "--json")
          assert.strictEqual(asked.code, 2)
          assert.match(asked.stderr, /^[^\n]+\n$/)
          assert.strictEqual(at(JSON.parse(asked.stdout), "begun"), false)
          assert.strictEqual(at(JSON.parse(asked.stdout), "epoch"), 1)
          assert.include(asked.stdout, id)
          assert.strictEqual(at(JSON.parse(asked.stderr), "error", "code"), "not_begun")

          const begun = yield* ddd("restored", "--yes", "1", "--json", ...because)
          assert.strictEqual(begun.code, 0, begun.stderr)
          const told: unknown = JSON.parse(begun.stdout)
          assert.strictEqual(at(told, "begun"), true)
          const outcomes = arrayAt(told, "carriedOut").map((each) =>
            `${textAt(each, "what")}: ${textAt(each, "outcome")}`
          )
          const outcomeOf = (text: string) => outcomes.filter((each) => each.includes(text)).join("\n")
          assert.match(outcomeOf(id), /recorded again/)
          assert.match(outcomeOf(excluded.id), /excluded .*until .*: carried out again/)
          assert.match(outcomeOf(erased.id), /erased: carried out again/)
          assert.match(outcomeOf(frozen.id), /frozen: carried out again/)
          assert.match(outcomeOf(freed.id), /unfrozen: carried out again/)
          assert.match(outcomeOf(limited.id), /limits .*: carried out again/)
          assert.match(outcomeOf(limited.id), /rejected.*: carried out again/)
          assert.match(arrayAt(told, "left").join("\n"), /ddd -- withdrawals reconcile/)

          yield* eventually("readiness", get(`${third.url}/readyz`), ({ status }) => status === 200)
          const wallet = yield* now(ann.accessToken, "GET", "/wallet")
          assert.strictEqual(at(wallet.json, "balance"), "0.00")
          const twice = yield* now(ann.accessToken, "POST", "/wallet/withdraw", { amount: "20.00" })
          assert.notStrictEqual(twice.status, 202, twice.text)
          yield* eventually("both paid", paid, (ids) => ids.length === 2 && ids.includes(id))
          assert.strictEqual(stripe.transfers.size, 2)
          assert.strictEqual(stripe.payouts.size, 2)
          const reconciled = yield* ddd("withdrawals", "reconcile")
          assert.strictEqual(reconciled.code, 0, reconciled.stdout)

          const barred = yield* now(excluded.accessToken, "POST", "/lottery/purchase-ticket", { quantity: 1 })
          assert.strictEqual(barred.status, 403, barred.text)
          const signIn = (email: string) => site.post("/auth/sign-in", { email, password }, { at: third.url })
          assert.strictEqual((yield* signIn(erased.email)).status, 401)
          assert.strictEqual((yield* signIn(frozen.email)).status, 403)
          assert.strictEqual((yield* signIn(freed.email)).status, 200)
          const one = () => now(limited.accessToken, "POST", "/lottery/purchase-ticket", { quantity: 1 })
          assert.strictEqual((yield* one()).status, 201)
          assert.strictEqual((yield* one()).status, 403)
          assert.include((yield* ddd("kyc", "show", limited.username)).stdout, "rejected")
          const audit = yield* ddd("audit")
          assert.strictEqual(audit.code, 0, audit.stdout + audit.stderr)

          // under a server that runs, as where a standby that lagged takes over
          yield* remove(database.name)
          yield* clone(admin, kept, database.name)
          yield* eventually(
            "the loss is noticed",
            get(`${third.url}/readyz`),
            ({ status, text }) => status === 503 && text.includes("ddd restored")
          )
          assert.strictEqual((yield* ddd("restored", "--yes", "2", ...because)).code, 0)
          yield* eventually("readiness", get(`${third.url}/readyz`), ({ status }) => status === 200)
          assert.strictEqual(at((yield* now(ann.accessToken, "GET", "/wallet")).json, "balance"), "0.00")
          yield* eventually("both paid", paid, (ids) => ids.length === 2 && ids.includes(id))
          assert.strictEqual(stripe.transfers.size, 2)
          assert.strictEqual((yield* ddd("audit")).code, 0)
        }).pipe(Effect.provide(Site.layer({ processes: [env] })))
      }).pipe(Effect.scoped),
    400_000
  )
})

describe("a database that was put back, of whose hosts each has a folder of its own", () => {
  it.live(
    "is behind for a host that remembers what the others do not, whoever began an epoch before; no money leaves twice",
    () =>
      Effect.gen(function*() {
        const stripe = yield* StripeStandIn.make({ times: { inTransitMillis: 50, paidMillis: 100 } })
        const [proofA, proofB] = [yield* dataFolder, yield* dataFolder]
        const env = { STRIPE_SECRET_KEY: stripe.secretKey, STRIPE_API_BASE: stripe.url, WITHDRAW_DEPOSITS: "true" }
        const [onA, onB] = [{ ...env, PROOF_DIR: proofA }, { ...env, PROOF_DIR: proofB }]
        yield* Effect.gen(function*() {
          const site = yield* Site
          const { database } = site
          const admin = injectedAdmin()
          const [dan, cat, eve] = [yield* newPayee("50.00"), yield* site.newPlayer, yield* newPayee("10.00")]
          yield* site.deposit(cat, "20.00")
          for (const server of site.servers) yield* server.stop()
          yield* disconnect(database.name)
          const kept = yield* Effect.acquireRelease(
            clone(admin, database, `${database.name}_b`),
            () => Effect.orDie(remove(`${database.name}_b`))
          )
          const alone = yield* site.serve(onA)
          const asked = (token: string, method: string, path: string, body?: unknown) => (at: string) =>
            site.ask(method, path, { at, token, body })
          const excludes = asked(cat.accessToken, "POST", "/user/self-exclusion", { days: 365 })
          assert.strictEqual((yield* excludes(alone.url)).status, 200)
          const withdraws = asked(dan.accessToken, "POST", "/wallet/withdraw", { amount: "50.00" })
          const withdrawn = yield* withdraws(alone.url)
          assert.strictEqual(withdrawn.status, 202, withdrawn.text)
          yield* eventually("all sent", Effect.sync(() => stripe.transfers.size), (count) => count === 1)
          yield* alone.stop("SIGKILL")
          yield* remove(database.name)
          yield* clone(admin, kept, database.name)

          const ofB = yield* site.ddd(["restored", "--yes", "1", ...because], undefined, onB)
          assert.strictEqual(ofB.code, 0, ofB.stderr)
          const told = (own: typeof onA) =>
            Effect.map(
              site.ddd(["restored", "--json"], undefined, own),
              ({ stdout }) => arrayAt(JSON.parse(stdout), "lost").map(String)
            )
          const lost = yield* told(onA)
          assert.lengthOf(lost.filter((each) => each.includes(cat.id) && each.includes("was excluded")), 1)
          assert.lengthOf(lost.filter((each) => each.includes(dan.id) && each.includes("$50.00")), 1)
          const serverA = yield* site.serve(onA)
          assert.strictEqual((yield* get(`${serverA.url}/readyz`)).status, 503)
          const buys = asked(cat.accessToken, "POST", "/lottery/purchase-ticket", { quantity: 1 })
          assert.strictEqual((yield* buys(serverA.url)).status, 503)
          assert.strictEqual((yield* withdraws(serverA.url)).status, 503)
          assert.include(serverA.stderr(), "was excluded")

          const ofA = yield* site.ddd(["restored", "--yes", "2", ...because], undefined, onA)
          assert.strictEqual(ofA.code, 0, ofA.stderr)
          assert.match(ofA.stdout, /was excluded .*: carried out again/)
          yield* eventually("readiness", get(`${serverA.url}/readyz`), ({ status }) => status === 200)
          const serverB = yield* site.serve(onB)
          assert.strictEqual((yield* get(`${serverB.url}/readyz`)).status, 200)
          for (const { url } of [serverA, serverB]) {
            assert.strictEqual((yield* buys(url)).status, 403)
            const twice = yield* withdraws(url)
            assert.notInclude([202, 503], twice.status, twice.text)
          }
          const own = yield* asked(eve.accessToken, "POST", "/wallet/withdraw", { amount: "10.00" })(serverA.url)
          assert.strictEqual(own.status, 202, own.text)
          yield* eventually("it is sent", Effect.sync(() => stripe.transfers.size), (count) => count === 2)
          for (const host of [onA, onB]) assert.deepStrictEqual(yield* told(host), [])
          assert.strictEqual((yield* site.ddd(["audit"], undefined, onA)).code, 0)
        }).pipe(Effect.provide(Site.layer({ processes: [onA, onB] })))
      }).pipe(Effect.scoped),
    400_000
  )
})

describe("a folder in which nothing can be remembered", () => {
  it.live(
    "keeps a server from selling, which /readyz says, until it can be written again; then all is there",
    () =>
      Effect.gen(function*() {
        const { buy, dataDir, deposit, newPlayer, urls } = yield* Site
        const [url = ""] = urls
        const ann = yield* newPlayer
        yield* deposit(ann, "20.00")
        const [identity = ""] = readdirSync(join(dataDir, "proof"))
        const folder = join(dataDir, "proof", identity)
        renameSync(folder, `${folder}.away`)
        writeFileSync(folder, "")
        const unready = yield* eventually("no readiness", get(`${url}/readyz`), ({ status }) => status === 503)
        assert.include(unready.text, "PROOF_DIR")
        assert.notInclude(unready.text, dataDir)
        const refused = yield* buy(ann.accessToken, 1)
        assert.strictEqual(refused.status, 503, refused.text)

        rmSync(folder)
        yield* eventually("readiness", get(`${url}/readyz`), ({ status }) => status === 200)
        const bought = yield* buy(ann.accessToken, 2)
        assert.strictEqual(bought.status, 201, bought.text)
        assert.isNotEmpty(readdirSync(folder))
      }).pipe(Effect.provide(Site.layer({}))),
    180_000
  )

  it.live.skipIf(process.geteuid?.() !== 0)(
    "has a command that protects a player do it, and say in a line that it could not be remembered (needs root)",
    () =>
      Effect.gen(function*() {
        const { dataDir, ddd, newPlayer, sql } = yield* Site
        const ann = yield* newPlayer
        const [identity = ""] = readdirSync(join(dataDir, "proof"))
        const PROOF_DIR = yield* dataFolder
        // root may write there, and makes no file there
        symlinkSync("/proc", join(PROOF_DIR, identity))
        const frozen = yield* ddd(["user", "freeze", ann.username, ...sure], undefined, { PROOF_DIR })
        assert.strictEqual(frozen.code, 2, frozen.stdout + frozen.stderr)
        assert.match(frozen.stderr, /^It was done, but [^\n]+PROOF_DIR[^\n]+\n$/)
        const [user] = yield* sql<{ readonly active: boolean }>`
          SELECT is_active AS active FROM users WHERE id = ${ann.id}::uuid`
        assert.isFalse(user?.active)
      }).pipe(Effect.provide(Site.layer({}))),
    180_000
  )
})
