import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { eventually } from "../support/Ddd.ts"
import { Site } from "../support/Site.ts"

const jobStates = Effect.gen(function*() {
  const { sql } = yield* Site
  const rows = yield* sql<{ readonly state: string }>`SELECT state FROM jobs`
  return rows.map(({ state }) => state)
})

describe("mail", () => {
  it.live("under way when the server stops is finished, and sent once", () =>
    Effect.gen(function*() {
      const { mailbox, newPlayer, servers } = yield* Site
      const { arrived, release } = yield* mailbox.hold
      const { email } = yield* newPlayer
      yield* arrived
      const [server] = servers
      const stopping = yield* Effect.forkChild(server?.stop() ?? Effect.die("no server"))
      yield* eventually(
        "the server stops",
        Effect.sync(() => server?.stderr() ?? ""),
        (log) => log.includes("stopping")
      )
      yield* release
      assert.strictEqual(yield* Fiber.join(stopping), 0)
      assert.lengthOf(mailbox.to(email), 1)
      assert.deepStrictEqual(yield* jobStates, ["completed"])
    }).pipe(Effect.provide(Site.layer({ processes: [{ LOG_LEVEL: "info" }] }))), 180_000)

  it.live(
    "confirms in one mail what was bought in a minute, and tells the one winner of the draw",
    () =>
      Effect.gen(function*() {
        const { advance, buy, deposit, mailbox, newPlayer } = yield* Site
        const player = yield* newPlayer
        yield* deposit(player, "10.00")
        const bought = [yield* buy(player.accessToken, 2), yield* buy(player.accessToken, 1)]
        const ids = bought.flatMap(({ text }) => text.match(/DDL-20260203-[0-9A-Z]{5,8}/g) ?? [])
        yield* advance(60_000)
        const confirmation = yield* mailbox.saying(
          player.email,
          "Subject: Your 3 tickets in the draw of 3 February 2026"
        )
        for (const id of ids) assert.include(confirmation.text, id)
        assert.include(confirmation.text, "You paid: $3.00")
        yield* advance(14 * 3_600_000)
        const won = yield* mailbox.saying(player.email, "Subject: You won $2.85")
        assert.include(won.text, "http://lottery.example.com/verify?draw=2026-02-03")
        assert.lengthOf(mailbox.to(player.email), 3)
      }).pipe(Effect.provide(Site.layer())),
    180_000
  )

  it.live(
    "is written to files in development without a mail server, and the server says where",
    () =>
      Effect.gen(function*() {
        const { dataDir, newPlayer, servers } = yield* Site
        const { email } = yield* newPlayer
        const folder = join(dataDir, "mail")
        assert.match(servers[0]?.stdout() ?? "", /mail +written to .*mail/)
        const [file = ""] = yield* eventually(
          "a mail",
          Effect.sync(() =>
            fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => name.endsWith(".eml")) : []
          ),
          (files) => files.length > 0
        )
        assert.include(fs.readFileSync(join(folder, file), "utf8"), email)
        assert.strictEqual(fs.statSync(join(folder, file)).mode & 0o077, 0)
      }).pipe(Effect.provide(Site.layer({ processes: [{ SMTP_URL: "" }] }))),
    180_000
  )
})
