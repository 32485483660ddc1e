import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { readFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { described, percentile } from "../support/Distribution.ts"
import { rush, type SignInTry } from "../support/SignInRush.ts"
import { addressIn, at, password, Site } from "../support/Site.ts"

/** The most memory that a process has had until now, in MiB. Linux alone tells. */
const peakMib = (pid: number): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024

/** Far more than may wait, on any machine. */
const signIns = Math.max(500, 100 * availableParallelism())

layer(Site.layer(), { excludeTestServices: true, timeout: "60 seconds" })("500 sign-ins at once", (it) => {
  it.effect(
    "never stall /healthz or a purchase, and what is too many is refused for the moment (check 18)",
    () =>
      Effect.gen(function*() {
        const { ask, buy, deposit, newPlayer, servers } = yield* Site
        const player = yield* newPlayer
        assert.strictEqual((yield* deposit(player, "1000.00")).status, 201)
        const [server] = servers
        assert(server !== undefined)
        const { pid, url } = server

        /** Everybody from a network of their own, one in fifty with the right password. */
        const tries = (turn: number) =>
          Array.from({ length: signIns }, (_, index): SignInTry => ({
            email: index % 50 === 0 ? player.email : `stranger${index}@example.com`,
            password,
            from: addressIn(turn * signIns + index)
          }))
        const [health, purchases]: [Array<number>, Array<number>] = [[], []]
        const peaks = [peakMib(pid)]
        const counts = new Map<number, number>()
        for (let turn = 0; turn < 2; turn++) {
          const rushing = yield* Effect.forkChild(rush(url, tries(turn)))
          while (rushing.pollUnsafe() === undefined) {
            const healthy = yield* ask("GET", "/healthz")
            assert.strictEqual(healthy.status, 200)
            health.push(healthy.millis)
            const bought = yield* buy(player.accessToken)
            assert.strictEqual(bought.status, 201, bought.text)
            purchases.push(bought.millis)
          }
          for (const { json, retryAfter, status } of yield* Fiber.join(rushing)) {
            counts.set(status, (counts.get(status) ?? 0) + 1)
            if (status === 503) {
              assert.strictEqual(at(json, "code"), "unavailable")
              assert.isAtLeast(Number(retryAfter), 1)
            }
          }
          peaks.push(peakMib(pid))
        }

        yield* Effect.sync(() =>
          process.stdout.write(
            `twice ${signIns} sign-ins: ${JSON.stringify(Object.fromEntries(counts))}; meanwhile\n` +
              `  /healthz:   ${described(health, 0.5, 0.99)}, of ${health.length}\n` +
              `  a purchase: ${described(purchases, 0.5, 0.99)}\n` +
              `  memory, at most: ${peaks.map((mib) => mib.toFixed(0)).join(", ")} MiB\n`
          )
        )
        assert.sameMembers([...counts.keys()].filter((status) => status !== 200), [401, 503])
        assert.isBelow(percentile(health, 0.99), 500)
        assert.isBelow(percentile(purchases, 0.99), 1_000)
        // what the first rush took is enough for the next one
        const [, first = 0, second = 0] = peaks
        assert.isBelow(second - first, 150)
        assert.isBelow(second, 1_000)
      }),
    120_000
  )
})
