import { describe, it } from "@effect/vitest"
import { shows } from "../src/shows/Shows.ts"

describe("every show holds, in small", () => {
  for (const { name, run } of shows) {
    // a real server in a process of its own, and real time: a withdrawal that a killed one was at rests for two minutes
    it.live(name, () => run("small"), 600_000)
  }
})
