import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Option } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { dataFolder, ddd, eventually, get, serve } from "../support/Ddd.ts"

/** Five seconds before midnight. */
const evening = "2026-02-03T23:59:55.000Z"

const statusOf = (text: string): unknown => Reflect.get(Object(JSON.parse(text)), "status")

/** The status of the answer. */
const signUp = async (url: string, number: number): Promise<number> => {
  const body = { email: `ann${number}@example.com`, username: `ann${number}`, password: "correct horse battery" }
  const headers = { "content-type": "application/json" }
  return (await fetch(`${url}/auth/sign-up`, { method: "POST", headers, body: JSON.stringify(body) })).status
}

describe("ddd serve on the embedded PostgreSQL", () => {
  it.live(
    "draws the day's draw at midnight, and other commands work beside it",
    () =>
      Effect.gen(function*() {
        const DATA_DIR = yield* dataFolder
        const server = yield* serve({ DATA_DIR, DEV_CLOCK_START: evening })
        const vkey = (yield* get(`${server.url}/log/vkey`)).text.trim()
        const { port } = new URL(server.url)
        for (
          const told of [
            `http://localhost:${port}/play`,
            `http://localhost:${port}/docs`,
            DATA_DIR,
            vkey,
            "off until REVENUECAT_WEBHOOK_AUTH or CHECKOUT_RETURN_URL is set",
            "simulated until STRIPE_SECRET_KEY is set",
            "secrets.json",
            "DEV_CLOCK_START"
          ]
        ) {
          assert.include(server.stdout(), told)
        }
        const [list, audit, second] = yield* Effect.all([
          ddd(["draw", "list", "--json"], { DATA_DIR }),
          ddd(["audit"], { DATA_DIR }),
          ddd(["serve"], { DATA_DIR, PORT: "0" })
        ], { concurrency: 3 })
        const draws: ReadonlyArray<{ readonly drawDate: string }> = JSON.parse(list.stdout)
        assert.isTrue(draws.some(({ drawDate }) => drawDate === "2026-02-03"), list.stdout)
        assert.include(audit.stdout, "The books hold", audit.stderr)
        assert.strictEqual(audit.code, 0)
        assert.strictEqual(second.code, 2)
        assert.include(second.stderr, "in use by process")

        const day = `${server.url}/lottery/draws/2026-02-03`
        yield* eventually("the draw", get(day), ({ text }) => statusOf(text) === "drawn")
        const current = yield* eventually(
          "the next draw",
          get(`${server.url}/lottery/current-draw`),
          ({ status }) => status === 200
        )
        assert.strictEqual(Reflect.get(Object(JSON.parse(current.text)), "drawDate"), "2026-02-04")
        const verified = yield* ddd(["verify", `${day}/proof`, "--vkey", vkey])
        assert.isTrue(verified.stdout.endsWith("VALID SIGNED\n"), verified.stdout)

        assert.strictEqual(yield* server.stop("SIGTERM"), 0)
        assert.strictEqual(server.stderr().match(/WARN|ERROR|^\s+at /m), null, server.stderr())
      }),
    180_000
  )

  it.live(
    "finishes requests under way, starts again, goes on with its clock, and refuses any other",
    () =>
      Effect.gen(function*() {
        const DATA_DIR = yield* dataFolder
        const first = yield* serve({ DATA_DIR, DEV_CLOCK_START: evening })
        const vkey = (yield* get(`${first.url}/log/vkey`)).text
        // hashing passwords takes a while: the first answer comes while the others are under way
        const signUps = Array.from({ length: 8 }, (_, number) => signUp(first.url, number))
        yield* Effect.promise(() => Promise.race(signUps))
        assert.strictEqual(yield* first.stop("SIGINT"), 0)
        assert.deepStrictEqual(yield* Effect.promise(() => Promise.all(signUps)), Array.from(signUps, () => 201))
        assert.strictEqual(fs.statSync(join(DATA_DIR, "secrets.json")).mode & 0o777, 0o600)

        const other = yield* ddd(["serve"], { DATA_DIR, PORT: "0", DEV_CLOCK_START: "2026-02-02T00:00:00.000Z" })
        const none = yield* ddd(["serve"], { DATA_DIR, PORT: "0" })
        for (const { code, stderr } of [other, none]) {
          assert.strictEqual(code, 2)
          assert.include(stderr, `Set DEV_CLOCK_START=${evening}`)
        }

        const again = yield* serve({ DATA_DIR, DEV_CLOCK_START: evening })
        assert.strictEqual((yield* get(`${again.url}/log/vkey`)).text, vkey)
        const day = yield* eventually(
          "the draw",
          get(`${again.url}/lottery/draws/2026-02-03`),
          ({ text }) => statusOf(text) === "drawn"
        )
        assert.strictEqual(Reflect.get(Object(JSON.parse(day.text)), "closesAt"), "2026-02-04T00:00:00.000Z")
      }),
    180_000
  )

  it.live(
    "serves on for DRAIN_DELAY while it says that it is about to stop; another signal ends it at once",
    () =>
      Effect.gen(function*() {
        const DATA_DIR = yield* dataFolder
        const server = yield* serve({ DATA_DIR, DRAIN_DELAY: "4" })
        assert.strictEqual((yield* get(`${server.url}/readyz`)).status, 200)
        const begun = performance.now()
        const ended = yield* Effect.forkChild(server.stop("SIGTERM"))
        const stopping = yield* eventually("503", get(`${server.url}/readyz`), ({ status }) => status === 503)
        assert.include(stopping.text, "stopping")
        assert.strictEqual((yield* get(`${server.url}/lottery/draw-history`)).status, 200)
        assert.strictEqual(yield* Fiber.join(ended), 0)
        assert.isAbove(performance.now() - begun, 4_000)

        const again = yield* serve({ DATA_DIR, DRAIN_DELAY: "300" })
        const stopped = yield* Effect.forkChild(again.stop("SIGTERM"))
        yield* eventually("503", get(`${again.url}/readyz`), ({ status }) => status === 503)
        // one that comes within a second is taken for the same, so it is sent until it counts
        yield* again.stop("SIGTERM").pipe(Effect.timeoutOption("500 millis"), Effect.repeat({ until: Option.isSome }))
        assert.strictEqual(yield* Fiber.join(stopped), 0)
      }),
    180_000
  )

  it.live(
    "commands start the database that is there for themselves where no server runs",
    () =>
      Effect.gen(function*() {
        const DATA_DIR = yield* dataFolder
        const early = yield* ddd(["draw", "list"], { DATA_DIR })
        assert.strictEqual(early.code, 2)
        assert.include(early.stderr, "There is no database in")
        assert.include((yield* ddd(["migrate"], { DATA_DIR })).stdout, "applied clock")
        assert.include((yield* ddd(["migrate"], { DATA_DIR })).stdout, "already")
        const run = yield* ddd(["draw", "run"], { DATA_DIR })
        assert.strictEqual(run.code, 0, run.stderr)
        const [shown, missing] = yield* Effect.all([
          ddd(["draw", "show", "current", "--json"], { DATA_DIR }),
          ddd(["draw", "show", "2001-01-01"], { DATA_DIR })
        ], { concurrency: 2 })
        assert.strictEqual(statusOf(shown.stdout), "open", shown.stderr)
        assert.strictEqual(missing.code, 2)
        // before that, it may have said that it waits for the other command
        assert.isTrue(missing.stderr.endsWith("There is no draw 2001-01-01.\n"), missing.stderr)
      }),
    180_000
  )
})

it.live("nothing starts with a configuration that cannot be used, and all of it is named", () =>
  Effect.gen(function*() {
    const { code, stderr, stdout } = yield* ddd(["serve"], {
      NODE_ENV: "production",
      PORT: "http",
      DEV_CLOCK_START: evening
    })
    assert.strictEqual(code, 2)
    assert.strictEqual(stdout, "")
    for (const name of ["PORT", "DEV_CLOCK_START", "DATABASE_URL", "PUBLIC_URL", "SEED_KEY", "BEACON"]) {
      assert.match(stderr, new RegExp(`^  ${name} `, "m"))
    }
    assert.notMatch(stderr, /^\s+at /m)
  }))

it.live("ddd config shows every variable, and no secret", () =>
  Effect.gen(function*() {
    const env = { SEED_KEY: "hunter2", PORT: "9999", DATABASE_URL: "postgres://a:hunter2@localhost/x" }
    const [text, machine] = yield* Effect.all([ddd(["config"], env), ddd(["config", "--json"], env)], {
      concurrency: 2
    })
    assert.strictEqual(text.code, 0)
    assert.notInclude(text.stdout + machine.stdout, "hunter2")
    assert.match(text.stdout, /^SEED_KEY +\(secret\) +environment /m)
    assert.match(text.stdout, /^PORT +9999 +environment /m)
    const { variables }: { readonly variables: ReadonlyArray<{ readonly name: string }> } = JSON.parse(machine.stdout)
    assert.isTrue(variables.some(({ name }) => name === "DATA_DIR"))
  }))
