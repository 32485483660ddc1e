/** What is told before its time, and what is changed by hand (docs/security.md, "The thirty checks"). */
import { session } from "@ddd/adapters-pg/database/Provision"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { randomBytes } from "node:crypto"
import { eventually } from "../support/Ddd.ts"
import { endpointsOf } from "../support/Junk.ts"
import { alsoPlanted, plant, plantedIn } from "../support/Planted.ts"
import { overOneAndTwoSites } from "../support/Processes.ts"
import { type Member, newMember, newRoom } from "../support/Rooms.ts"
import { addressIn, at, Site, textAt, tokensOf } from "../support/Site.ts"

const day = 86_400_000

const sealSecret = randomBytes(32).toString("base64url")

const env = { LOG_LEVEL: "debug", TICKET_SEAL_SECRET: sealSecret }

/** Everything that the database holds, as text: what a dump would. */
const dump = Effect.gen(function*() {
  const { superuser } = yield* Site
  const tables = yield* superuser<{ readonly name: string }>`
    SELECT quote_ident(relname) AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`
  const texts = yield* Effect.forEach(tables, ({ name }) =>
    Effect.map(
      superuser.unsafe<{ readonly text: string | null }>(`SELECT string_agg(t::text, ' ') AS text FROM ${name} t`),
      ([row]) => row?.text ?? ""
    ))
  assert.isAbove(texts.length, 20)
  return texts
})

/** What the servers have written so far. */
const written = Effect.map(Site, ({ servers }) => servers.map(({ stderr, stdout }) => stdout() + stderr()))

/** Every answer of every server to who asks for anything that can be read. */
const everyAnswer = (readers: ReadonlyArray<string | undefined>, known: Readonly<Record<string, string>>) =>
  Effect.gen(function*() {
    const { ask, urls } = yield* Site
    const paths = endpointsOf((yield* ask("GET", "/openapi.json")).json)
      .filter(({ method }) => method === "GET")
      .map(({ path }) => path.replaceAll(/\{(\w+)\}/gu, (_, name: string) => known[name] ?? "x"))
    assert.isAbove(paths.length, 20)
    return yield* Effect.forEach(
      urls,
      (at) =>
        Effect.forEach(
          readers,
          (token) =>
            Effect.forEach(paths, (path) => ask("GET", path, { at, ...(token === undefined ? {} : { token }) }))
        )
    )
  }).pipe(Effect.map((answers) => answers.flat(2)))

overOneAndTwoSites("a record", (it) => {
  it.effect("#29 a seed is in no answer, line, error or dump before it is revealed", () =>
    Effect.gen(function*() {
      const { advance, buy, database, newPlayer, post, superuser, untilDrawn, urls } = yield* Site
      const [host, friend] = [yield* newMember, yield* newMember]
      const room = yield* newRoom(host, [friend])
      for (const { accessToken: token } of [host, friend]) {
        assert.strictEqual((yield* post(`/rooms/${room.id}/purchase-ticket`, undefined, { token })).status, 201)
      }
      const bought = yield* buy(host.accessToken, 2)
      const known = {
        id: room.id,
        ticketId: textAt(bought.json, "tickets", "0", "ticketId"),
        drawDate: "2026-02-03"
      }
      const stranger = yield* newPlayer
      const readers = [host.accessToken, friend.accessToken, stranger.accessToken, undefined]
      const texts: Array<string> = [bought.text]
      const look = Effect.gen(function*() {
        texts.push(...(yield* everyAnswer(readers, known)).map(({ text }) => text), ...yield* dump, ...yield* written)
      })
      yield* look
      const early = yield* post(`/rooms/${room.id}/execute-draw`, undefined, { token: host.accessToken })
      assert.strictEqual(early.status, 409, early.text)
      texts.push(early.text)
      const locked = yield* post(`/rooms/${room.id}/start-draw`, {}, { token: host.accessToken })
      assert.strictEqual(locked.status, 200, locked.text)
      texts.push(locked.text)
      // and errors of ours while all of that is at hand
      const role = superuser.literal(`"${database.app.username}"`)
      yield* superuser`REVOKE SELECT ON users, wallets FROM ${role}`
      const faults = yield* everyAnswer(readers, known).pipe(
        Effect.ensuring(Effect.orDie(superuser`GRANT SELECT ON users, wallets TO ${role}`))
      )
      const generic = faults.filter(({ status }) => status === 500)
      assert.isAbove(generic.length, 3 * urls.length)
      for (const { json, text } of generic) {
        assert.sameMembers(Object.keys(Object(json)), ["type", "title", "status", "code", "detail", "requestId"])
        assert.strictEqual(at(json, "code"), "internal")
        assert.notMatch(text, /permission|denied|relation|users|wallets|select|sql|\.ts/i)
      }
      texts.push(...faults.map(({ text }) => text))
      yield* look

      const drawn = yield* eventually(
        "the outcome of the room",
        post(`/rooms/${room.id}/execute-draw`, undefined, { token: host.accessToken }),
        ({ status }) => status === 200
      )
      yield* advance(day)
      const revealed = yield* untilDrawn("2026-02-03")
      const seeds = [textAt(drawn.json, "seed"), textAt(revealed.json, "seed")]
      assert.include((yield* dump).join(), seeds[1] ?? "none")
      for (const seed of seeds) {
        assert.match(seed, /^[0-9a-f]{64}$/)
        const bytes = Buffer.from(seed, "hex")
        for (const form of [seed, seed.toUpperCase(), bytes.toString("base64"), bytes.toString("base64url")]) {
          const found = texts.find((text) => text.includes(form))
          assert.isUndefined(found, found?.slice(0, 400))
        }
      }
    }), 180_000)

  it.effect("#29 a secret or what is personal is in no line that a server writes", () =>
    Effect.gen(function*() {
      const { ask, post } = yield* Site
      const email = plant("an address", (random) => `${random}@example.com`)
      const username = plant("a name", (random) => `P${random.replace(/[^a-zA-Z0-9]/g, "").slice(0, 15)}`)
      const secret = plant("a password")
      const from = addressIn(40_000)
      const headers = {
        "user-agent": plant("a user agent"),
        cookie: `session=${plant("a cookie")}`,
        "idempotency-key": plant("a key")
      }
      const signedUp = yield* post("/auth/sign-up", { email, username, password: secret }, { from, headers })
      assert.strictEqual(signedUp.status, 201, signedUp.text)
      const { accessToken: token, refreshToken } = tokensOf(signedUp)
      for (const [what, text] of [["an access token", token], ["a refresh token", refreshToken]] as const) {
        alsoPlanted(what, text)
      }
      for (let nth = 0; nth < 4; nth++) {
        yield* post("/auth/sign-in", { email, password: plant("a wrong password") }, { from, headers })
        yield* ask("GET", "/user/profile", { token, from, headers })
        yield* ask("GET", `/lottery/tickets/${plant("a path")}/verify?x=${plant("a query")}`, { from, headers })
        yield* ask("GET", "/user/profile", { token: plant("a token"), from, headers })
        yield* post("/auth/refresh", { refreshToken: plant("a token of nobody") }, { from, headers })
        yield* post("/lottery/purchase-ticket", { [plant("a field")]: plant("a value") }, { token, from, headers })
      }
      const room = yield* post("/rooms", { name: plant("a room") }, { token, from })
      alsoPlanted("a room's code", `/rooms/${textAt(room.json, "code")}`)
      yield* ask("GET", `/rooms/${textAt(room.json, "code")}`, { token, from })
      for (const text of yield* written) assert.deepStrictEqual(plantedIn(text), [])
      // it was not found since nothing is written
      assert.include((yield* written).join(), "/auth/sign-in")
    }))

  it.effect("#30 what is sold or moved is neither changed nor removed by the application's role", () =>
    Effect.gen(function*() {
      const { buy, database } = yield* Site
      const player: Member = yield* newMember
      assert.strictEqual((yield* buy(player.accessToken)).status, 201)
      const app = yield* session(database.app)
      for (
        const statement of [
          "UPDATE tickets SET ticket_hash = repeat('0', 64)",
          "DELETE FROM tickets",
          "TRUNCATE tickets",
          "UPDATE transactions SET amount = 1000000.00",
          "DELETE FROM transactions",
          "TRUNCATE transactions",
          "ALTER TABLE tickets DISABLE TRIGGER ALL",
          "ALTER TABLE transactions DISABLE TRIGGER ALL",
          "SET session_replication_role = replica"
        ]
      ) {
        const refused = yield* Effect.flip(app.unsafe(statement))
        // 42501: insufficient privilege
        assert.strictEqual(at(refused, "reason", "cause", "code"), "42501", statement)
      }
    }))

  it.effect(
    "#30 a ticket that somebody with every right changes after the lock is named by ddd audit and ddd verify",
    () =>
      Effect.gen(function*() {
        const { advance, ask, buy, ddd, signIn, superuser, untilDrawn } = yield* Site
        // of the day after the one before: the clock has been moved
        const player = yield* newMember
        const bought = yield* buy(player.accessToken, 3)
        assert.strictEqual(bought.status, 201, bought.text)
        const ticket = textAt(bought.json, "tickets", "1", "ticketId")
        const drawDate = textAt(bought.json, "tickets", "1", "drawDate")
        yield* advance(day)
        yield* untilDrawn(drawDate)
        const whole = yield* ddd(["audit"], undefined, env)
        assert.strictEqual(whole.code, 0, whole.stdout + whole.stderr)
        const verdictOf = Effect.gen(function*() {
          const bundle = (yield* ask("GET", `/lottery/draws/${drawDate}/proof`)).text
          const vkey = (yield* ask("GET", "/log/vkey")).text.trim()
          return (yield* ddd(["verify", "-", "--vkey", vkey], bundle)).stdout
        })
        assert.match(yield* verdictOf, /^VALID SIGNED$/m)

        const [row] = yield* superuser<{ readonly hash: string }>`
        SELECT ticket_hash AS hash FROM tickets WHERE ticket_id = ${ticket}`
        /** As a superuser, in whose session no trigger runs. */
        const setHash = (hash: string) =>
          superuser.withTransaction(Effect.andThen(
            superuser`SET LOCAL session_replication_role = replica`,
            superuser`UPDATE tickets SET ticket_hash = ${hash} WHERE ticket_id = ${ticket}`
          ))
        yield* setHash("0".repeat(64))
        const audit = yield* ddd(["audit"], undefined, env)
        assert.strictEqual(audit.code, 1, audit.stdout)
        assert.include(audit.stdout, `ticket ${ticket}`)
        assert.match(yield* verdictOf, /^INVALID 5$/m)
        yield* setHash(row?.hash ?? "")
        assert.strictEqual((yield* ddd(["audit"], undefined, env)).code, 0)
        assert.strictEqual((yield* signIn(player.email)).status, 200)
      }),
    180_000
  )

  it.effect("#30 a ticket that was sealed under an earlier key still verifies", () =>
    Effect.gen(function*() {
      const { ask, buy, ddd, serve } = yield* Site
      const player = yield* newMember
      const sealed = (answer: { readonly json: unknown }) => textAt(answer.json, "tickets", "0", "ticketId")
      const older = sealed(yield* buy(player.accessToken))
      const rotated = {
        ...env,
        TICKET_SEAL_SECRET: randomBytes(32).toString("base64url"),
        TICKET_SEAL_SECRET_KEY_ID: "2",
        TICKET_SEAL_SECRET_PREVIOUS: `1:${sealSecret}`
      }
      const { url } = yield* serve(rotated)
      const newer = sealed(
        yield* ask("POST", "/lottery/purchase-ticket", { at: url, token: player.accessToken, body: {} })
      )
      for (const ticket of [older, newer]) {
        const { json, text } = yield* ask("GET", `/lottery/tickets/${ticket}/verify`, { at: url })
        assert.isTrue(at(json, "sealValid"), text)
      }
      const audit = yield* ddd(["audit"], undefined, rotated)
      assert.strictEqual(audit.code, 0, audit.stdout)
    }), 180_000)
}, env)
