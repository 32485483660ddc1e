import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { argon2Sync, randomBytes } from "node:crypto"
import { assertProblem, at, password, Site } from "../support/Site.ts"

const unpadded = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64").replace(/=+$/, "")

/** The password under weaker parameters than today's, as a PHC string. */
const outdated = (): string => {
  const nonce = randomBytes(16)
  const tag = argon2Sync("argon2id", {
    message: password,
    nonce,
    memory: 8192,
    passes: 1,
    parallelism: 1,
    tagLength: 32
  })
  return `$argon2id$v=19$m=8192,t=1,p=1$${unpadded(nonce)}$${unpadded(tag)}`
}

layer(Site.layer(), { excludeTestServices: true, timeout: "60 seconds" })("passwords", (it) => {
  it.effect("are hashed with argon2id at 19 MiB, two passes and one lane, and anew on sign-in where that was otherwise", () =>
    Effect.gen(function*() {
      const { newPlayer, signIn, sql } = yield* Site
      const { email, id } = yield* newPlayer
      const stored = Effect.map(
        sql<{ readonly hash: string }>`SELECT password_hash AS hash FROM users WHERE id = ${id}::uuid`,
        ([row]) => row?.hash ?? ""
      )
      const first = yield* stored
      assert.match(first, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
      yield* sql`UPDATE users SET password_hash = ${outdated()} WHERE id = ${id}::uuid`
      assert.strictEqual((yield* signIn(email)).status, 200)
      const second = yield* stored
      assert.match(second, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
      assert.notStrictEqual(second, first)
      assert.strictEqual((yield* signIn(email)).status, 200)
      assert.strictEqual(yield* stored, second)
    }))

  it.effect("have 10 to 128 characters of any kind", () =>
    Effect.gen(function*() {
      const { post } = yield* Site
      for (
        const [index, [text, status]] of ([
          ["kq8vz4mw2", 400],
          ["kq8vz4mw2p", 201],
          ["      heron umbrella      ", 201],
          ["żółw 🐢 na 🌊 falach", 201],
          ["kq8vz4mw".repeat(16), 201],
          [`${"kq8vz4mw".repeat(16)}x`, 400]
        ] as const).entries()
      ) {
        const body = { email: `of${index}@example.org`, username: `some.one.${index}`, password: text }
        const answer = yield* post("/auth/sign-up", body)
        assert.strictEqual(answer.status, status, `${text}: ${answer.text}`)
        if (status === 400) assert.strictEqual(at(answer.json, "errors", 0, "path"), "password")
      }
    }))

  it.effect("are not common ones, nor made of name or address, when signing up, changing or resetting", () =>
    Effect.gen(function*() {
      const { mailbox, newPlayer, post } = yield* Site
      const { accessToken, email, username } = yield* newPlayer
      yield* post("/auth/reset-password", { email })
      const token = yield* mailbox.token(email, "reset-password")
      for (const bad of ["password123", "qwertyuiop", "Dailydollardraw1", `${username}2026`, email]) {
        for (
          const answer of [
            yield* post("/auth/sign-up", { email, username, password: bad }),
            yield* post("/auth/change-password", { currentPassword: password, password: bad }, { token: accessToken }),
            yield* post("/auth/reset-password/confirm", { token, password: bad })
          ]
        ) {
          assertProblem(answer, 400, "invalid_request")
          assert.strictEqual(at(answer.json, "errors", 0, "path"), "password", bad)
          assert.notInclude(answer.text, bad)
        }
      }
      const good = yield* post("/auth/reset-password/confirm", { token, password: "amber lantern floats" })
      assert.strictEqual(good.status, 204, good.text)
    }))
})
