/** What a run has found, to be read; and whether it holds. */
import { Effect } from "effect"
import { must } from "../shows/Show.ts"
import type { ServerMemory } from "../support/Inspector.ts"
import { type FuzzReport, growthMax } from "./Fuzz.ts"

const listed = (counts: ReadonlyMap<number | string, number>): string =>
  [...counts].toSorted(([a], [b]) => String(a) < String(b) ? -1 : 1).map(([key, times]) => `${times} × ${key}`).join(
    ", "
  )

const growthOf = ({ memory }: FuzzReport): number => (memory.at(-1)?.rss ?? Number.NaN) - (memory[0]?.rss ?? Number.NaN)

/** Operations that were never answered 2xx: what they do was not reached. */
export const unserved = ({ served }: FuzzReport): ReadonlyArray<string> =>
  [...served].filter(([, times]) => times === 0).map(([operation]) => operation)

/** The figures of a run, a line each. */
export const linesOf = (report: FuzzReport): ReadonlyArray<string> => {
  const { audit, cpuSeconds, heard, memory, messages, millis, requests, slowOnce, statuses } = report
  const mib = (part: keyof ServerMemory) => memory.map((each) => each[part].toFixed(0)).join(", ")
  return [
    `${requests} requests and ${messages} messages; answers: ${listed(statuses)}`,
    `heard over the WebSocket: ${listed(heard)}`,
    `answers took ${millis.p50.toFixed(1)} ms (p50), ${millis.p99.toFixed(0)} (p99), ${
      millis.max.toFixed(0)
    } (the longest); the longest ` +
    `but for what the machine stood still ${
      millis.fairMax.toFixed(0)
    }; over two seconds, and not when asked again alone: ${slowOnce}`,
    `of a processor, the server took ${cpuSeconds.server.toFixed(0)} s, who asked ${cpuSeconds.client.toFixed(0)} s`,
    `MiB of memory after a collection, as it went on: ${mib("rss")}; of it objects ${mib("heap")}; buffers ${
      mib("external")
    }`,
    `never answered 2xx: ${unserved(report).join(", ") || "none"}`,
    audit
  ]
}

/** Fails with what was wrong, unless all holds. */
export const verdictOf = (report: FuzzReport) =>
  Effect.gen(function*() {
    yield* must(
      report.faultsCount === 0,
      () => `${report.faultsCount} answers were wrong; the first:\n${report.faults.join("\n")}`
    )
    yield* must(growthOf(report) < growthMax, () => `the server's memory grew by ${growthOf(report).toFixed(0)} MiB`)
  })
