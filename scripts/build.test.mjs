/** What is published works as it is published: JavaScript alone, on the dependencies it declares. */
import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync, rmSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

const root = join(import.meta.dirname, "..")
const built = join(root, "dist", "core")
const golden = join(root, "packages", "core", "test", "vectors", "draws", "daily-7.ndjson")

describe("the build", () => {
  it("makes a verifier that runs without the sources", async () => {
    execFileSync(process.execPath, [join(import.meta.dirname, "build.mjs")], { stdio: "ignore" })
    assert.isTrue(existsSync(join(built, "src", "Verifier.d.ts")))
    // where it is installed its dependencies lie beside it; here they are the workspace's
    const dependencies = join(built, "node_modules")
    rmSync(dependencies, { force: true })
    symlinkSync(join(root, "packages", "core", "node_modules"), dependencies)
    const { verifyBundle } = await import(pathToFileURL(join(built, "src", "Verifier.js")).href)
    const { nobleSha256 } = await import(pathToFileURL(join(built, "src", "Hash.js")).href)
    const verdict = await verifyBundle(nobleSha256, [readFileSync(golden)], {})
    assert.strictEqual(verdict.verdict, "VALID ARITHMETIC")
  }, 60_000)
})
