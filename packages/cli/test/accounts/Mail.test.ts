import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { eventually } from "../support/Ddd.ts"
import { password, Site, textAt } from "../support/Site.ts"

/** Each job with its state: `MailTickets completed`. */
const jobKinds = Effect.gen(function*() {
  const { sql } = yield* Site
  const rows = yield* sql<
    { readonly kind: string }
  >`SELECT (element::jsonb ->> '_tag') || ' ' || state AS kind FROM jobs`
  return rows.map(({ kind }) => kind)
}).pipe(Effect.orDie)

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
        const { advance, buy, deposit, mailbox, newPlayer, verifyAddress } = yield* Site
        const player = yield* newPlayer
        yield* verifyAddress(player)
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
    "goes to an address that nobody has verified only with a link, whatever its player does",
    () =>
      Effect.gen(function*() {
        const { advance, ask, deposit, mailbox, newPlayer, post } = yield* Site
        const [stranger, friend] = [yield* newPlayer, yield* newPlayer]
        // a link that another one has replaced meanwhile is not sent any more
        yield* mailbox.saying(stranger.email, "Subject: Welcome")
        const token = stranger.accessToken
        const made = (of: string) => post("/rooms", { name: "BUY PILLS at evil.example" }, { token: of })
        // rooms that the player makes and closes, one that another closes in which they have a ticket, and what they change
        for (let times = 0; times < 5; times++) {
          yield* post(`/rooms/${textAt((yield* made(token)).json, "id")}/close`, undefined, { token })
        }
        yield* deposit(stranger, "5.00")
        const room = (yield* made(friend.accessToken)).json
        const [id, code] = [textAt(room, "id"), textAt(room, "code")]
        assert.strictEqual((yield* post(`/rooms/${id}/join`, { code }, { token })).status, 200)
        assert.strictEqual((yield* post(`/rooms/${id}/purchase-ticket`, {}, { token })).status, 201)
        yield* post(`/rooms/${id}/close`, undefined, { token: friend.accessToken })
        yield* ask("PATCH", "/user/profile", {
          token,
          body: { email: `new.${stranger.email}`, currentPassword: password }
        })
        yield* post("/auth/change-password", { currentPassword: password, password: "copper walrus dances" }, { token })
        yield* advance(60_000)
        yield* eventually("a job for the ticket", jobKinds, (kinds) => kinds.includes("MailTickets completed"))
        const kinds = yield* eventually(
          "every job is done",
          jobKinds,
          (kinds) => kinds.every((kind) => kind.endsWith("completed"))
        )
        assert.includeMembers([...kinds], ["MailRoomClosed completed", "MailPasswordChanged completed"])
        assert.lengthOf(kinds.filter((kind) => kind.startsWith("MailRoomClosed")), 1)
        assert.lengthOf(mailbox.to(stranger.email), 1)
        assert.include(mailbox.to(stranger.email)[0]?.text, "Subject: Welcome")
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
