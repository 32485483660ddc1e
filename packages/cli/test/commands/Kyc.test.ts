import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { checkerSecret, signedMessage } from "../support/Checker.ts"
import { eventually } from "../support/Ddd.ts"
import { assertProblem, at, type Player, Site, textAt, tokensOf } from "../support/Site.ts"

const settings = {
  KYC_WEBHOOK_SECRET: checkerSecret,
  KYC_ABOVE: "10.00",
  PRIZE_HOLD_KYC: "true",
  PRIZE_REPORT_FROM: "1.90",
  WITHDRAW_DEPOSITS: "true"
}

const hour = 3_600_000

layer(Site.layer({ processes: [settings] }), { excludeTestServices: true, timeout: "120 seconds" })(
  "ddd kyc",
  (it) => {
    const run = (...args: ReadonlyArray<string>) =>
      Effect.flatMap(Site, ({ ddd }) => ddd(args, undefined, { DDD_OPERATOR: "ann", ...settings }))
    const json = Effect.fnUntraced(function*(...args: ReadonlyArray<string>) {
      const { code, stderr, stdout } = yield* run(...args, "--json")
      assert.strictEqual(code, 0, stderr)
      return JSON.parse(stdout) as unknown
    })
    const set = (...args: ReadonlyArray<string>) => run("kyc", "set", ...args, "--yes", "--reason", "ticket 12")
    const profile = ({ accessToken: token }: Player) =>
      Effect.flatMap(Site, ({ ask }) => Effect.map(ask("GET", "/user/profile", { token }), (answer) => answer.json))

    it.effect(
      "shows who waits, says how a check stands, and corrects a date of birth; each is written down",
      () =>
        Effect.gen(function*() {
          const { ask, newPlayer } = yield* Site
          const player = yield* newPlayer
          const who = player.username
          assert.include((yield* run("kyc", "list")).stdout, "No identity check is pending")
          assert.match((yield* run("kyc", "show", who)).stdout, /identity check\s+none\n/)
          yield* ask("PATCH", "/user/profile", { token: player.accessToken, body: { dateOfBirth: "2001-01-01" } })
          assert.strictEqual((yield* set(who, "pending")).code, 0)
          const [waiting] = [yield* json("kyc", "list")].flat()
          assert.deepInclude(waiting, { id: player.id, kycStatus: "pending", awaitingIdentity: "0.00" })
          assert.match((yield* run("kyc", "list")).stdout, new RegExp(`pending\\s+\\$0\\.00\\s+${who}`))

          const unasked = yield* run("kyc", "set", who, "verified")
          assert.strictEqual(unasked.code, 2)
          assert.include(unasked.stderr, "Say --yes and --reason <text> to do it.")
          const wrong = yield* set(who, "passed")
          assert.strictEqual(wrong.code, 2)
          assert.match(wrong.stderr, /Allowed choices are none, pending, verified, rejected/)
          for (const [status, born] of [["rejected", "1990-05-01"], ["verified", "2999-01-01"]] as const) {
            const refused = yield* set(who, status, "--date-of-birth", born)
            assert.deepStrictEqual([refused.code, refused.stderr.includes("Nothing was changed")], [2, true])
          }

          const verified = yield* set(who, "verified", "--date-of-birth", "1990-05-01")
          assert.strictEqual(verified.code, 0, verified.stderr)
          assert.include(verified.stdout, "is verified")
          const expected = { kycStatus: "verified", dateOfBirth: "1990-05-01", ageVerified: true }
          assert.deepInclude(yield* profile(player), expected)
          assert.include((yield* set(who, "verified")).stdout, "is verified already: nothing was changed")
          assert.deepInclude(yield* json("user", "show", who), { kycStatus: "verified", ageVerified: true })
          const log = [yield* json("log", "list", "--subject", player.id)].flat()
          assert.deepStrictEqual(log.map((entry) => [at(entry, "command"), at(entry, "details", "was")]), [
            ["kyc set", "pending"],
            ["kyc set", "none"]
          ])
          for (const shown of [yield* run("kyc", "show", who), yield* run("user", "show", who)]) {
            assert.notInclude(shown.stdout, "1990")
          }
        }),
      180_000
    )

    it.effect(
      "releases prizes that wait, as a signed message does, and the books hold",
      () =>
        Effect.gen(function*() {
          const { advance, ask, buy, deposit, newPlayer, post, signIn, untilDrawn } = yield* Site
          const player = yield* newPlayer
          yield* deposit(player, "2.00")
          assert.strictEqual((yield* buy(player.accessToken, 2)).status, 201)
          yield* advance(14 * hour)
          yield* untilDrawn("2026-02-03")
          // the access token is of the day before
          const { accessToken } = tokensOf(yield* signIn(player.email))
          const wallet = Effect.map(profile({ ...player, accessToken }), (shown) => at(shown, "wallet"))
          assert.deepInclude(yield* wallet, { balance: "1.90", withdrawable: "0.00", awaitingIdentity: "1.90" })
          assert.match(
            (yield* run("kyc", "list")).stdout,
            new RegExp(`2026-02-04T00\\S+\\s+none\\s+\\$1\\.90\\s+${player.username}`)
          )
          assert.include((yield* run("user", "show", player.username)).stdout, "awaiting identity")
          const prizes = (yield* run("report", "prizes", "--csv")).stdout.split("\r\n")
          assert.include(prizes[0], ",country,kycStatus,")
          assert.include(prizes[1], `,${player.username},,none,`)
          assert.strictEqual((yield* run("audit")).code, 0)

          const occurredAt = textAt((yield* ask("GET", "/wallet", { token: accessToken })).json, "updatedAt")
          const told = Effect.fnUntraced(function*(id: string, reference: string) {
            const message = { id, userId: player.id, status: "verified", occurredAt, reference }
            const answer = yield* ask("POST", "/webhooks/kyc", signedMessage(message, occurredAt))
            assert.strictEqual(answer.status, 200)
            const listed = yield* eventually(
              "what came of the message",
              json("webhooks", "list"),
              (events) => at([events].flat()[0], "state") !== "received"
            )
            return at([listed].flat()[0], "state")
          })
          assertProblem(yield* post("/webhooks/kyc", {}), 401, "unauthenticated")
          // a name of characters that cannot be seen is none
          assert.strictEqual(yield* told("msg_1", "chk_\u202e1"), "failed")
          assert.strictEqual(yield* told("msg_2", "chk_1"), "done")
          assert.deepInclude(yield* wallet, { withdrawable: "1.90", awaitingIdentity: "0.00" })
          assert.match((yield* run("report", "prizes")).stdout, /verified\n/)
          assert.strictEqual((yield* run("audit")).code, 0)
        }),
      180_000
    )
  }
)
