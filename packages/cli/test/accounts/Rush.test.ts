import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { readFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { described, percentile } from "../support/Distribution.ts"
import { rush, type RushTry } from "../support/Rush.ts"
import { addressIn, at, password, Site } from "../support/Site.ts"

/** The most memory that a process has had until now, in MiB. Linux alone tells. */
const peakMib = (pid: number): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024

/** A player who buys without a pause, to see how long it takes. */
const processes = [{ RATE_LIMITS: "buy=1000000/60s,buy-user=1000000/60s" }]

/** Far more than may wait, on any machine. */
const tries = Math.max(500, 100 * availableParallelism())

/** Sends requests at once, twice in a row, and measures what else is asked meanwhile. */
const rushTwice = (what: string, tryOf: (index: number, player: { readonly email: string }) => RushTry) =>
  Effect.gen(function*() {
    const { ask, buy, deposit, newPlayer, servers } = yield* Site
    const player = yield* newPlayer
    assert.strictEqual((yield* deposit(player, "1000.00")).status, 201)
    const [server] = servers
    assert(server !== undefined)
    const { pid, url } = server

    const [health, purchases]: [Array<number>, Array<number>] = [[], []]
    const peaks = [peakMib(pid)]
    const counts = new Map<number, number>()
    for (let turn = 0; turn < 2; turn++) {
      const requests = Array.from({ length: tries }, (_, index) => tryOf(turn * tries + index, player))
      const rushing = yield* Effect.forkChild(rush(url, requests))
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
        `twice ${tries} ${what}: ${JSON.stringify(Object.fromEntries(counts))}; meanwhile\n` +
          `  /healthz:   ${described(health, 0.5, 0.99)}, of ${health.length}\n` +
          `  a purchase: ${described(purchases, 0.5, 0.99)}\n` +
          `  memory, at most: ${peaks.map((mib) => mib.toFixed(0)).join(", ")} MiB\n`
      )
    )
    // one that hashed or judged on the event loop would keep each of them for seconds
    assert.isBelow(percentile(health, 0.5), 500)
    assert.isBelow(percentile(purchases, 0.5), 1_000)
    // what the first rush took is enough for the next one
    const [, first = 0, second = 0] = peaks
    assert.isBelow(second - first, 150)
    assert.isBelow(second, 1_000)
    return [...counts.keys()]
  })

layer(Site.layer({ processes }), { excludeTestServices: true, timeout: "60 seconds" })("500 sign-ins at once", (it) => {
  it.effect(
    "never stall /healthz or a purchase, and what is too many is refused for the moment (check 18)",
    () =>
      Effect.gen(function*() {
        /** Everybody from a network of their own, one in fifty with the right password. */
        const statuses = yield* rushTwice("sign-ins", (index, player) => ({
          path: "/auth/sign-in",
          body: { email: index % 50 === 0 ? player.email : `stranger${index}@example.com`, password },
          from: addressIn(index)
        }))
        assert.sameMembers(statuses.filter((status) => status !== 200), [401, 503])
      }),
    180_000
  )
})

layer(Site.layer({ processes }), { excludeTestServices: true, timeout: "60 seconds" })("500 sign-ups at once", (it) => {
  it.effect(
    "with passwords that take long to judge never stall /healthz or a purchase either",
    () =>
      Effect.gen(function*() {
        const statuses = yield* rushTwice("sign-ups with weak passwords", (index) => ({
          path: "/auth/sign-up",
          body: {
            email: `weak${index}@example.com`,
            username: `weak${index}`,
            password: "19871231-".repeat(15).slice(0, 128)
          },
          from: addressIn(index)
        }))
        assert.sameMembers(statuses, [400, 503])
      }),
    180_000
  )
})
