import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { because, eventually, sure } from "../support/Ddd.ts"
import { addressIn, arrayAt, assertProblem, at, internalToken, Site, textAt } from "../support/Site.ts"

const day = 86_400_000

layer(Site.layer(), { excludeTestServices: true, timeout: "60 seconds" })("ddd user", (it) => {
  it.effect("finds a player by id, address or name, in any case", () =>
    Effect.gen(function*() {
      const { ddd, newPlayer } = yield* Site
      const { email, id, username } = yield* newPlayer
      for (const who of [id, email.toUpperCase(), username.toLowerCase()]) {
        const { code, stderr, stdout } = yield* ddd(["user", "show", who, "--json"])
        assert.strictEqual(code, 0, stderr)
        const shown: unknown = JSON.parse(stdout)
        assert.strictEqual(at(shown, "id"), id)
        assert.strictEqual(at(shown, "wallet", "balance"), "0.00")
        assert.strictEqual(at(shown, "events", 0, "type"), "signed_up")
      }
      const text = yield* ddd(["user", "show", username])
      for (const part of [id, email, "$0.00", "signed up", "active"]) assert.include(text.stdout, part)
      const nobody = yield* ddd(["user", "show", "nobody", "--json"])
      assert.strictEqual(nobody.code, 2)
      const told: unknown = JSON.parse(nobody.stderr)
      assert.strictEqual(at(told, "error", "code"), "no_such_user")
      assert.include(textAt(told, "error", "message"), "There is no player nobody")
    }), 180_000)

  it.effect("freezes: sessions end, sign-in and purchases are refused; and unfreezes", () =>
    Effect.gen(function*() {
      const { buy, ddd, deposit, newPlayer, signIn } = yield* Site
      const player = yield* newPlayer
      yield* deposit(player, "5.00")
      assert.strictEqual((yield* buy(player.accessToken)).status, 201)
      const listed = yield* ddd(["user", "sessions", player.username, "--json"])
      assert.strictEqual(at(JSON.parse(listed.stdout), "length"), 1, listed.stderr)
      const frozen = yield* ddd(["user", "freeze", player.email, ...sure])
      assert.strictEqual(frozen.code, 0, frozen.stderr)
      const refused = yield* eventually("the session ends", buy(player.accessToken), ({ status }) => status !== 201)
      assertProblem(refused, 401, "unauthenticated")
      assertProblem(yield* signIn(player.email), 403, "account_frozen")
      assert.include((yield* ddd(["user", "sessions", player.username])).stdout, "signed in nowhere")
      assert.include((yield* ddd(["user", "show", player.username])).stdout, "frozen")
      assert.strictEqual((yield* ddd(["user", "unfreeze", player.email, ...sure])).code, 0)
      const back = yield* signIn(player.email)
      assert.strictEqual((yield* buy(textAt(back.json, "tokens", "accessToken"))).status, 201)
    }), 180_000)

  it.effect(
    "excludes: nothing is bought any more, never for shorter; and shows limits, what is used of them, and what was more",
    () =>
      Effect.gen(function*() {
        const { ask, buy, ddd, deposit, newPlayer } = yield* Site
        const player = yield* newPlayer
        const limits = { dailySpend: "5.00", dailyDeposit: "3.00" }
        const set = yield* ask("PUT", "/user/limits", { token: player.accessToken, body: limits })
        assert.strictEqual(set.status, 200, set.text)
        yield* deposit(player, "10.00")
        assert.strictEqual((yield* buy(player.accessToken, 2)).status, 201)
        const excluded = yield* ddd(["user", "exclude", player.email, "--days", "365", "--yes", "--reason", "a letter"])
        assert.strictEqual(excluded.code, 0, excluded.stderr)
        assert.include(excluded.stdout, "is excluded until")
        assertProblem(yield* buy(player.accessToken), 403, "timed_out")
        const shown = JSON.parse((yield* ddd(["user", "limits", player.username, "--json"])).stdout)
        assert.deepStrictEqual(at(shown, "limits", "dailySpend"), { value: "5.00", used: "2.00" })
        assert.deepStrictEqual(at(shown, "limits", "dailyDeposit"), { value: "3.00", used: "10.00" })
        assert.deepInclude(at(shown, "depositExcesses", 0), { limit: "dailyDeposit", amount: "7.00" })
        // what a shop has taken is credited to the excluded too
        const taken = { userId: player.id, amount: "4.00", referenceId: "app_store:taken" }
        assert.strictEqual((yield* ask("POST", "/wallet/deposit", { token: internalToken, body: taken })).status, 201)
        const newest = yield* ddd(["user", "limits", player.id, "--limit", "1", "--json"])
        assert.deepStrictEqual(
          arrayAt(JSON.parse(newest.stdout), "depositExcesses").map((excess) => textAt(excess, "amount")),
          ["4.00"]
        )
        assert.include(newest.stderr, "There are more than these 1: --limit shows up to")
        const both = yield* ddd(["user", "limits", player.id, "--limit", "1000"])
        for (const amount of ["$4.00", "$7.00"]) assert.include(both.stdout, amount)
        assert.notInclude(both.stderr, "There are more")
        const until = textAt(shown, "excludedUntil")
        assert.include(excluded.stdout, until)
        const again = yield* ddd([
          "user",
          "exclude",
          player.id,
          "--days",
          "180",
          "--yes",
          "--reason",
          "another",
          "--json"
        ])
        assert.strictEqual(textAt(JSON.parse(again.stdout), "excludedUntil"), until)
        const table = (yield* ddd(["user", "limits", player.id])).stdout
        for (const part of ["dailySpend", "5.00", until, "$7.00"]) assert.include(table, part)
        const tooShort = yield* ddd(["user", "exclude", player.id, "--days", "179", "--yes", "--reason", "a letter"])
        assert.strictEqual(tooShort.code, 2, tooShort.stderr)
        assert.include((yield* ddd(["user", "export", player.id])).stdout, until)
      }),
    180_000
  )

  it.effect("exports all that is held about a player", () =>
    Effect.gen(function*() {
      const { buy, ddd, deposit, newPlayer, signIn } = yield* Site
      const player = yield* newPlayer
      yield* deposit(player, "5.00")
      const bought = yield* buy(player.accessToken, 2)
      yield* signIn(player.email, undefined, { from: addressIn(9), headers: { "user-agent": "Browser/9.0" } })
      const { code, stderr, stdout } = yield* ddd(["user", "export", player.username])
      assert.strictEqual(code, 0, stderr)
      JSON.parse(stdout)
      for (
        const held of [
          player.id,
          player.email,
          player.username,
          textAt(bought.json, "tickets", "1", "ticketId"),
          "\"3.00\"",
          "\"-1.00\"",
          "Browser/9.0",
          addressIn(9)
        ]
      ) assert.include(stdout, held)
      for (const secret of ["$argon2id", player.refreshToken]) assert.notInclude(stdout, secret)
    }), 180_000)

  it.effect("erases what is personal, and keeps books and proofs valid", () =>
    Effect.gen(function*() {
      const { advance, ask, buy, ddd, deposit, newPlayer, signIn, sql, untilDrawn } = yield* Site
      const players = [yield* newPlayer, yield* newPlayer] as const
      const seat = { from: addressIn(11), headers: { "user-agent": "Browser/11.0" } }
      const tickets = new Map<string, string>()
      for (const player of players) {
        yield* deposit(player, "1.00")
        const refusal = yield* ddd(["user", "erase", player.email, "--yes", player.username, ...because])
        assert.strictEqual(refusal.code, 2)
        assert.include(refusal.stderr, "$1.00 in the wallet")
        yield* signIn(player.email, undefined, seat)
        const bought = yield* buy(player.accessToken)
        tickets.set(player.id, textAt(bought.json, "tickets", "0", "ticketId"))
      }
      const waiting = yield* ddd(["user", "erase", players[0].email, "--yes", players[0].username, ...because])
      assert.include(waiting.stderr, "tickets not drawn yet: 1")

      yield* advance(day)
      const drawn = yield* untilDrawn("2026-02-03")
      const winner = textAt(drawn.json, "winningTicketId")
      const loser = players.find(({ id }) => tickets.get(id) !== winner) ?? players[0]
      const unsure = yield* ddd(["user", "erase", loser.email])
      assert.include(unsure.stderr, `--yes ${loser.username}`)
      const mistaken = yield* ddd(["user", "erase", loser.email, "--yes", loser.username.toUpperCase(), ...because])
      assert.strictEqual(mistaken.code, 2)
      assert.include(mistaken.stderr, "is not the player's name")
      const erased = yield* ddd(["user", "erase", loser.email, "--yes", loser.username, ...because])
      assert.strictEqual(erased.code, 0, erased.stderr)

      const tables = yield* sql<{ readonly name: string }>`
        SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`
      for (const { name } of tables) {
        const rows = JSON.stringify(
          yield* sql.unsafe(`SELECT t::text FROM "${name}" t WHERE t::text LIKE '%${loser.id}%'`)
        )
        for (const personal of [loser.email, loser.username, "Browser/11.0", seat.from]) {
          assert.notInclude(rows.toLowerCase(), personal.toLowerCase(), name)
        }
      }
      const everything = JSON.stringify(
        yield* Effect.forEach(tables, ({ name }) => sql.unsafe(`SELECT t::text FROM "${name}" t`))
      )
      assert.notInclude(everything.toLowerCase(), loser.email.toLowerCase())
      assertProblem(yield* signIn(loser.email), 401, "invalid_credentials")
      const shown: unknown = JSON.parse((yield* ddd(["user", "show", loser.id, "--json"])).stdout)
      assert.isTrue(at(shown, "erased"))
      assert.isNull(at(shown, "events", 1, "origin"))

      assert.strictEqual((yield* ddd(["audit"])).code, 0)
      const proof = yield* ask("GET", "/lottery/draws/2026-02-03/proof")
      const vkey = (yield* ask("GET", "/log/vkey")).text.trim()
      const verified = yield* ddd(["verify", "-", "--vkey", vkey], proof.text)
      assert.strictEqual(verified.code, 0, verified.stdout)
      const ticket = yield* ask("GET", `/lottery/tickets/${tickets.get(loser.id)}/verify`)
      assert.isTrue(at(ticket.json, "sealValid"))
    }), 180_000)
})
