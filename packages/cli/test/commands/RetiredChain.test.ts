/** Draws that name a beacon's chain which no setting names any more, as players, strangers and operators find them. */
import { info } from "@ddd/sim/providers/BeaconRelayStandIn"
import { chain, hash } from "@ddd/sim/providers/BeaconStandIn"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { call } from "../support/Call.ts"
import { because, dataFolder, eventually } from "../support/Ddd.ts"
import { at, password, Site, textAt, tokensOf } from "../support/Site.ts"

const hour = 3_600_000
const day = 24 * hour
const first = "2026-02-03"

/** A server without the beacon that the draws of the week name. */
const without = { BEACON: "none" }

/** The draw of the first day, once it has this status. */
const untilStatus = Effect.fnUntraced(function*(status: string, url?: string) {
  const { urls } = yield* Site
  yield* eventually(
    `the draw to be ${status}`,
    call(url ?? urls[0] ?? "", "GET", `/lottery/draws/${first}`),
    ({ json }) => at(json, "status") === status
  )
})

describe("a server whose settings name another chain than its draws", () => {
  it.live(
    "proves what was drawn, sells nothing of the week that was published, and says why; named again, it sells",
    () =>
      Effect.gen(function*() {
        const { advance, ask, buy, dataDir, ddd, deposit, newPlayer, serve, signIn, sql } = yield* Site
        const player = yield* newPlayer
        yield* deposit(player, "5.00")
        assert.strictEqual((yield* buy(player.accessToken, 2)).status, 201)
        yield* advance(day)
        yield* untilStatus("drawn")

        const changed = yield* serve(without)
        const get = (path: string) => call(changed.url, "GET", path)
        const proof = yield* get(`/lottery/draws/${first}/proof`)
        assert.strictEqual(proof.status, 200, proof.text)
        const file = join(dataDir, "bundle.ndjson")
        writeFileSync(file, proof.text)
        const verdict = yield* ddd(["verify", file, "--chain", hash])
        assert.match(verdict.stdout, /\nVALID ARITHMETIC\n$/, verdict.stdout)
        assert.notInclude(verdict.stdout, "✗")
        // of another chain than drand's, which a stranger has not pinned
        assert.match((yield* ddd(["verify", file])).stdout, new RegExp(`${chain.beaconID}|${hash}`))

        const current = yield* get("/lottery/current-draw")
        assert.strictEqual(current.status, 503)
        assert.match(textAt(current.json, "detail"), /No tickets are sold: .*beacon/)
        assert.strictEqual((yield* get("/lottery/draws/2026-02-04")).status, 200)
        assert.strictEqual((yield* get("/lottery/draw-history")).status, 200)
        assert.strictEqual((yield* get("/lottery/draws/2026-02-05/proof")).status, 200)
        assert.strictEqual((yield* get("/readyz")).status, 200)
        const token = tokensOf(yield* signIn(player.email)).accessToken
        const refused = yield* call(changed.url, "POST", "/lottery/purchase-ticket", { token, body: { quantity: 1 } })
        assert.deepStrictEqual([refused.status, at(refused.json, "code")], [503, "unavailable"])
        assert.match(textAt(refused.json, "detail"), /does not follow the public beacon.*Nothing was bought/)
        yield* eventually("the log to say so", Effect.sync(changed.stderr), (log) => log.includes("is not sold"))

        // as a server of before the parameters were kept left them
        yield* Effect.orDie(sql`ALTER TABLE beacon_chains DISABLE TRIGGER beacon_chains_fixed`)
        yield* Effect.orDie(sql`DELETE FROM beacon_chains`)
        yield* Effect.orDie(sql`ALTER TABLE beacon_chains ENABLE TRIGGER beacon_chains_fixed`)
        const unknowing = yield* serve(without)
        const ofUnknown = (path: string) => call(unknowing.url, "GET", path)
        const unproved = yield* ofUnknown(`/lottery/draws/${first}/proof`)
        assert.deepStrictEqual([unproved.status, at(unproved.json, "code")], [503, "unavailable"])
        assert.match(textAt(unproved.json, "detail"), /does not know the parameters.*DRAND_CHAIN/)
        for (const path of [`draws/${first}`, `draws/${first}/records`, "draws/2026-02-04/proof", "draw-history"]) {
          assert.strictEqual((yield* ofUnknown(`/lottery/${path}`)).status, 200, path)
        }

        // whoever changes to `none` with the chain named still sells and draws the week to its end
        const relay = { DRAND_URLS: "http://127.0.0.1:9", DRAND_CHAIN: JSON.stringify([info]) }
        const kept = yield* serve({ ...without, ...relay })
        const sold = yield* call(kept.url, "POST", "/lottery/purchase-ticket", { token, body: { quantity: 1 } })
        assert.strictEqual(sold.status, 201, sold.text)
        assert.strictEqual((yield* ask("GET", "/lottery/current-draw")).status, 200)
        // and what it names it keeps, for those that do not
        yield* eventually(
          "the chain to be kept",
          ofUnknown(`/lottery/draws/${first}/proof`),
          ({ status }) => status === 200
        )
      }).pipe(Effect.provide(Site.layer({ processes: [{ BEACON: "dev" }] }))),
    480_000
  )
})

describe("ddd draw void", () => {
  it.live(
    "declares a draw void whose chain is retired for a day, once it is asked twice, and keeps who did it",
    () =>
      Effect.gen(function*() {
        const { advance, ask, buy, ddd, deposit, newPlayer, serve, servers, sql } = yield* Site
        const player = yield* newPlayer
        yield* deposit(player, "5.00")
        yield* buy(player.accessToken, 2)
        const declare = (settings: Record<string, string>, ...args: ReadonlyArray<string>) =>
          ddd(["draw", "void", first, ...args, ...because], "", settings)
        const refused = Effect.fnUntraced(function*(ended: ReturnType<typeof declare>, why: RegExp) {
          const { code, stderr } = yield* ended
          assert.strictEqual(code, 2, stderr)
          assert.match(stderr, why)
        })
        yield* refused(declare(without, "--yes", first), /not locked yet/)
        yield* advance(day)
        yield* untilStatus("locked")
        yield* refused(declare(without, "--yes", first), /waited for until 2026-02-05T00:00:30\.000Z/)

        // the last server that follows the chain ends
        assert.strictEqual(yield* servers[0]?.stop() ?? Effect.succeed(1), 0)
        const { url } = yield* serve(without)
        const followed = yield* Effect.orDie(sql`UPDATE followed_chains SET followed_at = app_now() RETURNING hash`)
        assert.deepStrictEqual(followed, [{ hash }])
        yield* advance(14 * hour)
        yield* refused(declare(without, "--yes", first), /followed its chain .* less than a day ago/)
        yield* advance(10 * hour)
        yield* refused(declare({ BEACON: "dev", DRAND_URLS: "http://127.0.0.1:9" }, "--yes", first), /is followed/)
        yield* refused(declare(without), /Say --yes 2026-02-03/)
        yield* refused(declare(without, "--yes", "2026-02-04"), /is not 2026-02-03\. Nothing was changed/)
        yield* untilStatus("locked", url)

        // where a backup was put back of before what is remembered: a void record would be one that nobody knows to be the first
        const [identity] = yield* Effect.orDie(sql<{ readonly id: string }>`SELECT id FROM database_identity`)
        const memory = join(yield* dataFolder, identity?.id ?? "")
        mkdirSync(memory, { recursive: true })
        writeFileSync(join(memory, "019a0000-0000-7000-8000-000000000001.jsonl"), "{\"epoch\":1,\"at\":0}\n")
        yield* refused(
          declare({ ...without, PROOF_DIR: dirname(memory) }, "--yes", first),
          /restored`, which lists what was lost/
        )
        yield* untilStatus("locked", url)

        const done = yield* declare(without, "--yes", first, "--json")
        assert.strictEqual(done.code, 0, done.stderr)
        assert.strictEqual(at(JSON.parse(done.stdout), "refunded"), 2)
        yield* untilStatus("void", url)
        const signedIn = yield* ask("POST", "/auth/sign-in", { at: url, body: { email: player.email, password } })
        const wallet = yield* ask("GET", "/wallet", { at: url, token: tokensOf(signedIn).accessToken })
        assert.strictEqual(textAt(wallet.json, "balance"), "5.00")
        const records = yield* ask("GET", `/lottery/draws/${first}/records`, { at: url })
        const voided = /^ddd\/void\/v1\n(?:.*\n)*reason beacon\nseed [0-9a-f]{64}\nrefund 200\n/
        assert.match(textAt(records.json, "result"), voided)
        const shown = yield* ddd(["draw", "show", first], "", without)
        assert.include(shown.stdout, String(at(JSON.parse(done.stdout), "by")))
        yield* refused(declare(without, "--yes", first), /It is void, for good/)
        assert.strictEqual((yield* ddd(["audit"], "", without)).code, 0)
      }).pipe(
        // nobody listens there
        Effect.provide(Site.layer({ processes: [{ BEACON: "dev", DRAND_URLS: "http://127.0.0.1:9" }] }))
      ),
    480_000
  )
})
