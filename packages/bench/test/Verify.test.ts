import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"

const program = join(import.meta.dirname, "../src/verify.ts")

describe("bench:verify", () => {
  it("verifies a bundle in every way, and tells its speed beside that of the hash alone", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [program, "--tickets", "3000", "--rounds", "1"])
    for (const way of ["ddd verify", "as a browser", "as a browser, noble alone"]) {
      assert.match(stdout, new RegExp(`^${way} +[\\d.]+ +[\\d.]+ +[\\d.]+ +\\d+ +\\d+$`, "m"))
    }
    assert.match(stdout, /^3000 tickets, .*Raw: Node's SHA-256 alone does [\d.]+ M leaves/m)
  }, 60_000)
})
