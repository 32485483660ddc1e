import { mailedTokenMillis } from "@ddd/core/accounts/MailedToken"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { assertProblem, Site } from "../support/Site.ts"

const another = "copper walrus dances"

const ask = (email: string) => Effect.flatMap(Site, ({ post }) => post("/auth/reset-password", { email }))

const confirm = (token: string, password = another) =>
  Effect.flatMap(Site, ({ post }) => post("/auth/reset-password/confirm", { token, password }))

layer(Site.layer(), { excludeTestServices: true, timeout: "60 seconds" })("resetting a password", (it) => {
  it.effect("is always answered alike, and mails a link to the holder of an address alone", () =>
    Effect.gen(function*() {
      const { mailbox, newPlayer, signIn } = yield* Site
      const { email, username } = yield* newPlayer
      for (const address of [email.toUpperCase(), "nobody.here@example.com"]) {
        const answer = yield* ask(address)
        assert.strictEqual(answer.status, 202, answer.text)
        assert.deepStrictEqual(answer.json, {})
      }
      const token = yield* mailbox.token(email, "reset-password")
      assert.include((yield* mailbox.saying(email, "http://lottery.example.com/reset-password")).text, username)
      const answer = yield* confirm(token)
      assert.strictEqual(answer.status, 204, answer.text)
      assert.strictEqual((yield* signIn(email, another)).status, 200)
      assertProblem(yield* signIn(email), 401, "invalid_credentials")
      yield* mailbox.saying(email, "password was changed")
      assert.lengthOf(mailbox.to("nobody.here@example.com"), 0)
    }))

  it.effect("works once with a link, however often it is tried at the same time", () =>
    Effect.gen(function*() {
      const { mailbox, newPlayer } = yield* Site
      const { email } = yield* newPlayer
      yield* ask(email)
      const token = yield* mailbox.token(email, "reset-password")
      const answers = yield* Effect.forEach(Array.from({ length: 10 }), () => confirm(token), {
        concurrency: "unbounded"
      })
      assert.lengthOf(answers.filter(({ status }) => status === 204), 1)
      for (const answer of answers.filter(({ status }) => status !== 204)) assertProblem(answer, 400, "invalid_token")
      assertProblem(yield* confirm("A".repeat(43)), 400, "invalid_token")
    }))

  it.effect("works with a link for thirty minutes, and with the newest one alone", () =>
    Effect.gen(function*() {
      const { advance, mailbox, newPlayer } = yield* Site
      const { email } = yield* newPlayer
      yield* ask(email)
      const first = yield* mailbox.token(email, "reset-password")
      yield* ask(email)
      const second = yield* mailbox.token(email, "reset-password", 2)
      assertProblem(yield* confirm(first), 400, "invalid_token")
      yield* advance(mailedTokenMillis.reset_password)
      assertProblem(yield* confirm(second), 400, "invalid_token")
      yield* ask(email)
      const third = yield* mailbox.token(email, "reset-password", 3)
      yield* advance(mailedTokenMillis.reset_password - 30_000)
      assert.strictEqual((yield* confirm(third)).status, 204)
    }))

  it.effect("mails an address five times an hour at most, and answers alike beyond that", () =>
    Effect.gen(function*() {
      const { advance, newPlayer, sql } = yield* Site
      const { email, id } = yield* newPlayer
      const answers = yield* Effect.forEach(Array.from({ length: 12 }), () => ask(email), { concurrency: "unbounded" })
      assert.deepStrictEqual(answers.map(({ status, text }) => [status, text]), answers.map(() => [202, "{}"]))
      // the welcome is one of the five
      const jobs = yield* sql`SELECT 1 FROM jobs WHERE element::jsonb ->> 'userId' = ${id}`
      assert.lengthOf(jobs, 5)
      yield* advance(3_600_000)
      yield* ask(email)
      assert.lengthOf(yield* sql`SELECT 1 FROM jobs WHERE element::jsonb ->> 'userId' = ${id}`, 6)
    }))

  it.effect("leaves nothing in the database that opens an account", () =>
    Effect.gen(function*() {
      const { mailbox, newPlayer, sql } = yield* Site
      const { email } = yield* newPlayer
      yield* ask(email)
      const token = yield* mailbox.token(email, "reset-password")
      const tables = yield* sql<{ readonly name: string }>`
        SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`
      for (const { name } of tables) {
        assert.notInclude(JSON.stringify(yield* sql.unsafe(`SELECT t::text FROM "${name}" t`)), token, name)
      }
    }))
})
