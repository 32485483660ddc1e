import { assert, describe, it } from "@effect/vitest"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { violations } from "./layering.mjs"

/** The violations of a workspace made of these files; a package has no dependencies unless its package.json is given. */
const violationsOf = (files) => {
  const root = mkdtempSync(join(tmpdir(), "ddd-layering-"))
  try {
    const packages = new Set(Object.keys(files).map((file) => file.split("/")[0]))
    const manifests = [...packages].map((name) => [`${name}/package.json`, "{}"])
    writeFileSync(join(root, "package.json"), JSON.stringify({ devDependencies: { vitest: "1" } }))
    for (const [file, text] of Object.entries({ ...Object.fromEntries(manifests), ...files })) {
      const path = join(root, "packages", file)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    }
    return violations(root)
  } finally {
    rmSync(root, { recursive: true })
  }
}

const dependencies = (...names) =>
  JSON.stringify({ dependencies: Object.fromEntries(names.map((name) => [name, "1"])) })
const developmentDependencies = (...names) =>
  JSON.stringify({ devDependencies: Object.fromEntries(names.map((name) => [name, "1"])) })

describe("layering", () => {
  it("finds nothing in a workspace that keeps to the rules", () => {
    assert.deepStrictEqual(
      violationsOf({
        "core/package.json": dependencies("effect"),
        "core/src/Money.ts":
          `import { Effect } from "effect"\nimport "./Hash.ts"\n// Date.now() is for others\nnew Date(0)`,
        "core/src/Hash.ts": `const text = "Math.random()"`,
        "core/test/Money.test.ts": `import "node:crypto"\nimport "../src/Money.ts"\nimport "vitest"`,
        "adapters-pg/package.json": `{ "dependencies": { "@ddd/core": "1" }, "devDependencies": { "@ddd/sim": "1" } }`,
        "adapters-pg/src/Ledger.ts": `import type { Money } from "@ddd/core/money/Money"\nimport "node:fs"\nDate.now()`,
        "adapters-pg/src/testing/support.ts": `import "vitest"`,
        "adapters-pg/test/Ledger.test.ts": `import "@ddd/sim/Model"\nimport "../src/testing/support.ts"`,
        "web/package.json": `{ "dependencies": { "@ddd/core": "1" }, "devDependencies": { "vite": "1" } }`,
        "web/src/Page.ts": `import "@ddd/core/money/Money"`,
        "web/vite.config.mjs": `import "vite"\nimport "node:fs"`,
        "cli/package.json": dependencies("@ddd/sim", "@ddd/adapters-pg"),
        "cli/src/main.ts": `import "@ddd/sim/Model"\nimport("@ddd/adapters-pg/Ledger")`
      }),
      []
    )
  })

  const rules = {
    "nobody imports bench": {
      files: { "cli/package.json": dependencies("@ddd/bench"), "cli/src/A.ts": `import "@ddd/bench/sell"` },
      violation: "packages/cli/src/A.ts may not import @ddd/bench"
    },
    "verify imports core and Node alone": {
      files: { "verify/package.json": dependencies("effect"), "verify/src/A.ts": `import "node:fs"\nimport "effect"` },
      violation: "packages/verify/src/A.ts imports effect: what strangers run is core and Node alone"
    },
    "core imports no other package": {
      files: { "core/package.json": dependencies("@ddd/uws"), "core/src/A.ts": `import "@ddd/uws"` },
      violation: "packages/core/src/A.ts may not import @ddd/uws"
    },
    "core imports nothing of Node": {
      files: { "core/src/A.ts": `import { createHash } from "node:crypto"` },
      violation: "packages/core/src/A.ts imports node:crypto: core runs anywhere"
    },
    "core imports nothing of Node by its old name": {
      files: { "core/src/A.ts": `export * from "fs/promises"` },
      violation: "packages/core/src/A.ts imports fs/promises: core runs anywhere"
    },
    "web imports nothing of Node": {
      files: { "web/src/A.ts": `import "node:crypto"` },
      violation: "packages/web/src/A.ts imports node:crypto: web runs in browsers"
    },
    "core imports no platform": {
      files: {
        "core/package.json": dependencies("@effect/platform-node"),
        "core/src/A.ts": `import "@effect/platform-node/NodeRuntime"`
      },
      violation: "packages/core/src/A.ts imports @effect/platform-node/NodeRuntime: core runs anywhere"
    },
    "core does not read the clock": {
      files: { "core/src/A.ts": "export const now = () => Date.now()" },
      violation: "packages/core/src/A.ts uses Date.now: core has no clock and no chance of its own"
    },
    "core does not make a date of the present": {
      files: { "core/src/A.ts": "export const now = () => new Date()" },
      violation: "packages/core/src/A.ts uses new Date(): core has no clock and no chance of its own"
    },
    "core does not throw dice": {
      files: { "core/src/A.ts": `export const dice = () => Math["random"]()` },
      violation: "packages/core/src/A.ts uses Math.random: core has no clock and no chance of its own"
    },
    "core imports nothing that is chosen while it runs": {
      files: { "core/src/A.ts": "export const load = (name: string) => import(name)" },
      violation: "packages/core/src/A.ts imports what is not known before it runs"
    },
    "an adapter imports no adapter": {
      files: {
        "adapters-mail/package.json": dependencies("@ddd/adapters-pg"),
        "adapters-mail/src/A.ts": `export type { B } from "@ddd/adapters-pg/B"`
      },
      violation: "packages/adapters-mail/src/A.ts may not import @ddd/adapters-pg"
    },
    "sim is no part of what runs in production": {
      files: { "http/package.json": dependencies("@ddd/sim"), "http/src/A.ts": `type B = import("@ddd/sim/Model").B` },
      violation: "packages/http/src/A.ts may not import @ddd/sim"
    },
    "nobody imports cli, tests included": {
      files: {
        "http/package.json": developmentDependencies("@ddd/cli"),
        "http/test/A.test.ts": `await import("@ddd/cli/main")`
      },
      violation: "packages/http/test/A.test.ts may not import @ddd/cli"
    },
    "a package does not import itself by name": {
      files: { "sim/package.json": dependencies("@ddd/sim"), "sim/src/A.ts": `import "@ddd/sim/B"` },
      violation: "packages/sim/src/A.ts imports its own package by name: @ddd/sim/B"
    },
    "a relative import stays in its package": {
      files: { "http/src/A.ts": `import "../../sim/src/Model.ts"` },
      violation: "packages/http/src/A.ts reaches out of its package: ../../sim/src/Model.ts"
    },
    "sources do not import tests": {
      files: { "http/src/A.ts": `import "../test/support.ts"` },
      violation: "packages/http/src/A.ts is no test but imports one: ../test/support.ts"
    },
    "what is imported is declared": {
      files: { "http/src/A.ts": `import "effect/Layer"` },
      violation:
        "packages/http/src/A.ts imports effect, which is not among the runtime dependencies of its package.json"
    },
    "what sources import is no development dependency": {
      files: { "http/package.json": developmentDependencies("jose"), "http/src/A.ts": `import "jose"` },
      violation: "packages/http/src/A.ts imports jose, which is not among the runtime dependencies of its package.json"
    },
    "what is declared is imported": {
      files: { "http/package.json": dependencies("jose"), "http/src/A.ts": "" },
      violation: "packages/http/package.json declares jose, which nothing imports"
    },
    "every package has a place": {
      files: { "helpers/src/A.ts": "" },
      violation: "packages/helpers has no place in the layers: give it one in scripts/layering.mjs"
    }
  }
  for (const [rule, { files, violation }] of Object.entries(rules)) {
    it(rule, () => assert.include(violationsOf(files), violation))
  }
})
