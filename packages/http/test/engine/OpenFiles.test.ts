import { assert, describe, it } from "@effect/vitest"
import { connectionsMax, connectionsWithin } from "../../src/engine/node/OpenFiles.ts"

const limits = (files: number | string) =>
  `Limit                     Soft Limit           Hard Limit           Units
Max processes             94132                94132                processes
Max open files            ${String(files).padEnd(20)} ${String(files).padEnd(20)} files
`

describe("OpenFiles", () => {
  it("leaves descriptors for databases and files, and bounds what connections may take of memory", () => {
    assert.strictEqual(connectionsWithin(limits(20_000)), 19_744)
    assert.strictEqual(connectionsWithin(limits(100)), 50)
    assert.strictEqual(connectionsWithin(limits(1_048_576)), 65_536)
    assert.strictEqual(connectionsWithin(limits("unlimited")), 65_536)
    assert.strictEqual(connectionsWithin(""), 65_536)
    assert.isAbove(connectionsMax(), 0)
  })
})
