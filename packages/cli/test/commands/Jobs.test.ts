import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { eventually } from "../support/Ddd.ts"
import { at, Site, textAt } from "../support/Site.ts"

layer(Site.layer(), { excludeTestServices: true, timeout: "60 seconds" })("ddd jobs", (it) => {
  it.effect("lists what was given up, and has it tried again from the beginning", () =>
    Effect.gen(function*() {
      const { ddd, mailbox, newPlayer, sql } = yield* Site
      const { accept } = yield* mailbox.refuse
      const player = yield* newPlayer
      const listed = (state: string) =>
        Effect.map(ddd(["jobs", "list", "--state", state, "--json"]), ({ stdout }): unknown => JSON.parse(stdout))
      const failed = yield* eventually("the failed job", listed("failed"), (jobs) => at(jobs, "length") === 1)
      assert.strictEqual(at(failed, 0, "kind"), "MailWelcome")
      assert.strictEqual(at(failed, 0, "queue"), "outbox")
      assert.isNull(at(failed, 0, "dueAt"))
      const id = textAt(failed, "0", "id")
      const nasty = "\u001b[2J\u202e\nFORGED"
      yield* sql`UPDATE jobs SET last_failure = ${`550 ${nasty}`}`
      const text = yield* ddd(["jobs", "list"])
      // the text for people steers no terminal; the data for machines is as it is
      assert.notMatch(text.stdout, /^\s*FORGED|(?!\n)\p{Cc}|\p{Cf}/mu)
      assert.include(textAt(yield* listed("failed"), "0", "lastFailure"), nasty)
      // one word that a shell takes without quotes
      const shown = id.replaceAll(" ", "/")
      assert.match(shown, /^[\w/:.-]+$/)
      for (const part of [shown, "MailWelcome", player.id, "550"]) assert.include(text.stdout, part, text.stderr)
      assert.notInclude(text.stdout, player.email)

      yield* accept
      const retried = yield* ddd(["jobs", "retry", shown])
      assert.strictEqual(retried.code, 0, retried.stderr)
      assert.include(retried.stdout, "1 job is tried again")
      yield* mailbox.token(player.email, "verify-email")
      const done = yield* eventually("the job", listed("completed"), (jobs) => at(jobs, "length") === 1)
      assert.strictEqual(at(done, 0, "id"), id)
      assert.strictEqual(at(done, 0, "attempts"), 1)
    }), 180_000)

  it.effect("retries nothing that it was not told to, and nothing that has not failed", () =>
    Effect.gen(function*() {
      const { ddd } = yield* Site
      for (const asked of [[], ["some-job", "--all"]]) {
        const { code, stderr } = yield* ddd(["jobs", "retry", ...asked])
        assert.strictEqual(code, 2)
        assert.include(stderr, "or --all")
      }
      for (const spelled of ["some job", "some/job"]) {
        assert.include((yield* ddd(["jobs", "retry", spelled])).stderr, `No job ${spelled} has failed`)
      }
      const unknown = yield* ddd(["jobs", "retry", "some-job"])
      assert.strictEqual(unknown.code, 2)
      assert.include(unknown.stderr, "No job some-job has failed")
      const all = yield* ddd(["jobs", "retry", "--all", "--json"])
      assert.deepStrictEqual([all.code, JSON.parse(all.stdout)], [0, { retried: 0 }])
      const lost = yield* ddd(["jobs", "list", "--state", "lost"])
      assert.strictEqual(lost.code, 2)
      assert.include(lost.stderr, "pending, completed, failed")
    }), 180_000)
})
