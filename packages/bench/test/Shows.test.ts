import { describe, it } from "@effect/vitest"
import { shows } from "../src/shows/Shows.ts"

describe("shows", () => {
  for (const { name, promise, run } of shows) {
    // a real server in a process of its own, and real time: `live`
    it.live(`${name}: ${promise}`, () => run("small"), 120_000)
  }
})
