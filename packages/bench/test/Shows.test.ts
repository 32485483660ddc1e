import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { shows } from "../src/shows/Shows.ts"

describe("every show holds, in small", () => {
  for (const { name, run } of shows) {
    // a real server in a process of its own, and real time: a withdrawal that a killed one was at rests for two minutes
    it.live(name, () => run("small"), 600_000)
  }
})

describe("npm run show", () => {
  const show = (...args: ReadonlyArray<string>) =>
    spawnSync(process.execPath, [join(import.meta.dirname, "../src/show.ts"), ...args], { encoding: "utf8" })

  it("does nothing where it is asked for what it does not understand, and says so", () => {
    for (const args of [["nonsense"], ["key", "kill"], ["list", "more"], ["key", "--smal"]]) {
      const { status, stderr, stdout } = show(...args)
      assert.deepStrictEqual([status, stdout], [2, ""], args.join(" "))
      assert.match(stderr, /show list|--small/)
      assert.notInclude(stderr, "    at ")
    }
  })

  it("tells what may be said", () => {
    const { status, stdout } = show("--help")
    assert.strictEqual(status, 0)
    assert.include(stdout, "--small")
  })
})
