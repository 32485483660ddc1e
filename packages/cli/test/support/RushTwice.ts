/** Requests that all come at once, twice in a row, and what else is asked meanwhile. */
import { assert } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { readFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { described, percentile } from "./Distribution.ts"
import { rush, type RushTry } from "./Rush.ts"
import { at, Site } from "./Site.ts"

/** The most memory that a process has had until now, in MiB. Linux alone tells. */
const peakMib = (pid: number): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024

/** Far more than may wait, on any machine. */
const tries = Math.max(500, 100 * availableParallelism())

/** Sends them to the servers in turn, measures what else is asked meanwhile, and gives the statuses that there were. */
export const rushTwice = (what: string, tryOf: (index: number, player: { readonly email: string }) => RushTry) =>
  Effect.gen(function*() {
    const { ask, buy, deposit, newPlayer, servers } = yield* Site
    const player = yield* newPlayer
    assert.strictEqual((yield* deposit(player, "1000.00")).status, 201)
    const urls = servers.map(({ url }) => url)
    const peaksOf = () => servers.map(({ pid }) => peakMib(pid))

    const [health, purchases]: [Array<number>, Array<number>] = [[], []]
    const peaks = [peaksOf()]
    const counts = new Map<number, number>()
    for (let turn = 0; turn < 2; turn++) {
      const requests = Array.from({ length: tries }, (_, index) => tryOf(turn * tries + index, player))
      const rushing = yield* Effect.forkChild(rush(urls, requests))
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
      peaks.push(peaksOf())
    }

    yield* Effect.sync(() =>
      process.stdout.write(
        `twice ${tries} ${what} at ${urls.length} of ddd serve: ${
          JSON.stringify(Object.fromEntries(counts))
        }; meanwhile\n` +
          `  /healthz:   ${described(health, 0.5, 0.99)}, of ${health.length}\n` +
          `  a purchase: ${described(purchases, 0.5, 0.99)}\n` +
          `  memory, at most: ${peaks.map((each) => each.map((mib) => mib.toFixed(0)).join(" and ")).join(", ")} MiB\n`
      )
    )
    // one that hashed or judged on the event loop would keep each of them for seconds
    assert.isBelow(percentile(health, 0.5), 500)
    assert.isBelow(percentile(purchases, 0.5), 1_000)
    // what the first rush took is enough for the next one
    const [, first = [], second = []] = peaks
    for (const [nth, mib] of second.entries()) {
      assert.isBelow(mib - (first[nth] ?? 0), 150)
      assert.isBelow(mib, 1_000)
    }
    return [...counts.keys()]
  })
