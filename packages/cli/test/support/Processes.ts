/** The black-box checks of docs/security.md: each runs over one `ddd serve`, and over two on one database that are asked in turn. */
import { unmetLimits } from "@ddd/core/accounts/RequestLimits"
import { layer, type Vitest } from "@effect/vitest"
import type { Layer } from "effect"
import type { Env } from "./Ddd.ts"
import { Site } from "./Site.ts"

/** How many processes the checks run over. */
export type Processes = 1 | 2

const named = { 1: "one process", 2: "two processes" } as const

/** The options of a site of so many processes, each with `env`. */
export const processesWith = (count: Processes, env: Env = {}) => ({
  inTurn: true,
  processes: Array.from({ length: count }, () => ({ RATE_LIMITS: unmetLimits, ...env }))
})

/** Registers the tests twice: on what `layerOf` makes for one process, and for two. */
export const overOneAndTwo = <R, E>(
  what: string,
  layerOf: (count: Processes) => Layer.Layer<R, E>,
  tests: (it: Vitest.MethodsNonLive<R>, count: Processes) => void
): void => {
  for (const count of [1, 2] as const) {
    layer(layerOf(count), { excludeTestServices: true, timeout: "120 seconds" })(
      `${what}, over ${named[count]},`,
      (it) => tests(it, count)
    )
  }
}

/** The same on a site alone. */
export const overOneAndTwoSites = (
  what: string,
  tests: (it: Vitest.MethodsNonLive<Site>, count: Processes) => void,
  env: Env = {}
): void => overOneAndTwo(what, (count) => Site.layer(processesWith(count, env)), tests)
