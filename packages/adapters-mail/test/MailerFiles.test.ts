import { Mailer } from "@ddd/core/ports/Mailer"
import { Now } from "@ddd/core/ports/Now"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import { instant } from "@ddd/core/values/Instant"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as MailerFiles from "../src/MailerFiles.ts"
import { parse } from "./support/MailServer.ts"

const aMail = {
  to: "marie@example.com",
  subject: "Choose a new password",
  text: "https://draws.example.com/reset-password?token=abc\n",
  html: "<p>hello</p>",
  messageId: "reset:0197"
}

const temporary = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "ddd-mail-"))),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

const clock = Layer.succeed(Now, Now.of({ now: Effect.succeed(instant(Date.UTC(2026, 1, 3, 10, 30))) }))

const send = (folder: string) =>
  Effect.provide(
    Mailer.use((mailer) => mailer.send(aMail)),
    MailerFiles.layer({ folder, from: "no-reply@localhost" }).pipe(Layer.provide(clock))
  )

describe("MailerFiles", () => {
  it.live("writes a mail that a mail program opens, for its owner alone", () =>
    Effect.gen(function*() {
      const folder = join(yield* temporary, "mail")
      yield* send(folder)
      const [name] = yield* Effect.promise(() => readdir(folder))
      assert.match(name ?? "", /^2026-02-03T10-30-00\.000Z-[0-9a-f]{8}\.eml$/)
      const file = join(folder, name ?? "")
      const { headers, parts } = parse(yield* Effect.promise(() => readFile(file, "utf8")))
      assert.strictEqual(headers.get("to"), aMail.to)
      assert.strictEqual(headers.get("subject"), aMail.subject)
      assert.strictEqual(parts.get("text/plain")?.trim(), aMail.text.trim())
      assert.strictEqual(parts.get("text/html")?.trim(), aMail.html)
      assert.strictEqual((yield* Effect.promise(() => stat(file))).mode & 0o077, 0)
      assert.strictEqual((yield* Effect.promise(() => stat(folder))).mode & 0o077, 0)
    }))

  it.live("is unavailable where nothing can be written", () =>
    Effect.gen(function*() {
      const file = join(yield* temporary, "occupied")
      yield* Effect.promise(() => writeFile(file, ""))
      assert.instanceOf(yield* Effect.flip(send(file)), Unavailable)
    }))
})
