/** The rules of .dependency-cruiser.mjs, knip.jsonc and of the lint of core, each shown failing once on a workspace made for it. */
import { assert, describe, it } from "@effect/vitest"
import { cruise } from "dependency-cruiser"
import { spawnSync } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import config from "../.dependency-cruiser.mjs"

const root = dirname(import.meta.dirname)

/** What packages of others there are in a made workspace; any may be imported from anywhere, declared or not. */
const installed = ["effect", "vitest", "@effect/vitest", "@effect/platform-node", "fast-check", "jose"]

const write = (file, text) => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/**
 * Makes a workspace of these files (paths below packages/), and gives what `look` says of it.
 *
 * @template A
 * @param {Record<string, string>} files
 * @param {(folder: string) => A} look
 * @returns {Promise<Awaited<A>>}
 */
const inWorkspace = async (files, look) => {
  const folder = mkdtempSync(join(tmpdir(), "ddd-arrows-"))
  try {
    write(
      join(folder, "package.json"),
      JSON.stringify({ workspaces: ["packages/*"], devDependencies: { vitest: "1" } })
    )
    for (const name of installed) {
      write(join(folder, "node_modules", name, "package.json"), JSON.stringify({ name, main: "index.js" }))
      write(join(folder, "node_modules", name, "index.js"), "")
    }
    mkdirSync(join(folder, "node_modules", "@ddd"))
    for (const name of new Set(Object.keys(files).map((file) => file.split("/")[0]))) {
      const manifest = { name: `@ddd/${name}`, type: "module", exports: { "./*": "./src/*.ts" } }
      const given = JSON.parse(files[`${name}/package.json`] ?? "{}")
      write(join(folder, "packages", name, "package.json"), JSON.stringify({ ...manifest, ...given }))
      symlinkSync(join("../../packages", name), join(folder, "node_modules", "@ddd", name))
    }
    for (const [file, text] of Object.entries(files)) {
      if (!file.endsWith("package.json")) write(join(folder, "packages", file), text)
    }
    return await look(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const short = (path) => path.replace(/^packages\//, "")

/** The broken rules: `rule: from → to`, paths below packages/. */
const brokenArrows = (files) =>
  inWorkspace(files, async (folder) => {
    const { forbidden, options } = config
    const { output } = await cruise(["packages"], {
      ...options,
      baseDir: folder,
      validate: true,
      ruleSet: { forbidden }
    })
    return output.summary.violations.map(({ from, rule, to }) => `${rule.name}: ${short(from)} → ${short(to)}`)
  })

const run = (program, folder, ...args) => {
  const { status, stderr, stdout } = spawnSync(join(root, "node_modules", ".bin", program), args, {
    cwd: folder,
    encoding: "utf8"
  })
  assert.isTrue(status === 0 || status === 1, stderr)
  return stdout
}

/** What knip finds: `kind: file name`. */
const foundUnused = (files) =>
  inWorkspace(files, (folder) => {
    copyFileSync(join(root, "knip.jsonc"), join(folder, "knip.jsonc"))
    const { issues } = JSON.parse(run("knip", folder, "--reporter", "json", "--no-config-hints"))
    return issues.flatMap(({ file, ...kinds }) =>
      Object.entries(kinds).flatMap(([kind, found]) =>
        Array.isArray(found) ? found.map(({ name }) => `${kind}: ${short(file)} ${short(name)}`) : []
      )
    )
  })

/** What the linter says of the files: `file:line message`. */
const foundImpure = (files) =>
  inWorkspace(files, (folder) => {
    copyFileSync(join(root, ".oxlintrc.json"), join(folder, ".oxlintrc.json"))
    return run("oxlint", folder, "--format", "unix")
  })

const dependencies = (...names) =>
  JSON.stringify({ dependencies: Object.fromEntries(names.map((name) => [name, "1"])) })
const developmentDependencies = (...names) =>
  JSON.stringify({ devDependencies: Object.fromEntries(names.map((name) => [name, "1"])) })

const tidy = {
  "core/package.json": dependencies("effect"),
  "core/src/money/Money.ts":
    `import { Effect } from "effect"\nimport "../values/Job.ts"\n// Date.now() is for others\nexport const money = [Effect]`,
  "core/src/hash/Hash.ts": `const text = "Math.random()"\nexport type Hash = typeof text`,
  "core/src/values/Job.ts": `export type Job = 1`,
  "core/src/ports/Ledger.ts": `import "../money/Money.ts"`,
  "core/src/money/Wallet.ts": `import type { Job } from "../values/Job.ts"\nexport const job: Job = 1`,
  "core/src/work/Payouts.ts": `import "../ports/Ledger.ts"\nimport "../money/Wallet.ts"`,
  "core/test/Money.test.ts":
    `import "node:crypto"\nimport { money } from "../src/money/Money.ts"\nimport "vitest"\nimport "../src/work/Payouts.ts"\nmoney`,
  "adapters-pg/package.json":
    `{ "dependencies": { "@ddd/core": "1", "effect": "1" }, "devDependencies": { "@ddd/sim": "1" } }`,
  "adapters-pg/src/Ledger.ts":
    `import type { Hash } from "@ddd/core/hash/Hash"\nimport { job } from "@ddd/core/money/Wallet"\nimport "node:fs"\nimport "effect"\nexport const ledger: Hash = String(Date.now() + job)`,
  "adapters-pg/src/testing/support.ts": `import "vitest"`,
  "adapters-pg/test/Ledger.test.ts":
    `import "@ddd/sim/contract/Ledger"\nimport "../src/testing/support.ts"\nimport { ledger } from "../src/Ledger.ts"\nledger`,
  "sim/package.json": dependencies("@ddd/core", "@effect/vitest", "fast-check"),
  "sim/src/World.ts": `import "@ddd/core/ports/Ledger"`,
  "sim/src/contract/Ledger.ts": `import "@effect/vitest"\nimport "../scenario/Steps.ts"`,
  "sim/src/scenario/Steps.ts": `import "fast-check"\nimport "../World.ts"`,
  "sim/src/providers/Stripe.ts": `import "node:http"`,
  "cli/package.json": dependencies("@ddd/sim", "@ddd/adapters-pg"),
  "cli/src/main.ts": `import "@ddd/sim/providers/Stripe"\nimport("@ddd/adapters-pg/Ledger")`,
  "cli/test/main.test.ts": `import "../src/main.ts"`
}

describe("the rules of the house", () => {
  it("find nothing in a workspace that keeps to them", async () => {
    assert.deepStrictEqual(await brokenArrows(tidy), [])
    assert.deepStrictEqual(await foundUnused(tidy), [])
    assert.notInclude(await foundImpure(tidy), "no-restricted")
  })

  const arrows = {
    "core imports no other package": {
      files: { "core/src/money/A.ts": `import "@ddd/uws/B"`, "uws/src/B.ts": "" },
      broken: "core may not import that package: core/src/money/A.ts → uws/src/B.ts"
    },
    "an adapter imports no adapter": {
      files: {
        "adapters-mail/src/A.ts": `export type { B } from "@ddd/adapters-pg/B"`,
        "adapters-pg/src/B.ts": `export type B = 1`
      },
      broken: "adapters-\\w+ may not import that package: adapters-mail/src/A.ts → adapters-pg/src/B.ts"
    },
    "sim is no part of what runs in production, not even its types": {
      files: { "http/src/A.ts": `type B = import("@ddd/sim/World").B`, "sim/src/World.ts": `export type B = 1` },
      broken: "http may not import that package: http/src/A.ts → sim/src/World.ts"
    },
    "nobody imports bench": {
      files: { "cli/src/A.ts": `import "@ddd/bench/sell"`, "bench/src/sell.ts": "" },
      broken: "nobody imports bench: cli/src/A.ts → bench/src/sell.ts"
    },
    "nobody imports cli, tests included": {
      files: { "http/test/A.test.ts": `await import("@ddd/cli/main")`, "cli/src/main.ts": "" },
      broken: "tests may not import the composition root, or what plays with it: http/test/A.test.ts → cli/src/main.ts"
    },
    "every package has a place": {
      files: { "helpers/src/A.ts": "" },
      broken:
        "every package, and every folder of core, has a place, also where it imports nothing: helpers/src/A.ts → helpers/src/A.ts"
    },
    "every folder of core has a place": {
      files: { "core/src/misc/A.ts": `import "effect"` },
      broken: "every package, and every folder of core, has a place: core/src/misc/A.ts → node_modules/effect/index.js"
    },
    "values stand alone": {
      files: { "core/src/values/A.ts": `import type { B } from "../money/B.ts"`, "core/src/money/B.ts": "" },
      broken: "values in core may not import that folder: core/src/values/A.ts → core/src/money/B.ts"
    },
    "hashing knows values alone": {
      files: { "core/src/hash/A.ts": `import "../money/B.ts"`, "core/src/money/B.ts": "" },
      broken: "hash in core may not import that folder: core/src/hash/A.ts → core/src/money/B.ts"
    },
    "no two folders of core import each other": {
      files: { "core/src/proof/A.ts": `import "../draws/B.ts"`, "core/src/draws/B.ts": "" },
      broken: "proof in core may not import that folder: core/src/proof/A.ts → core/src/draws/B.ts"
    },
    "a decision imports nothing of what works": {
      files: { "core/src/rooms/A.ts": `import type { B } from "../work/B.ts"`, "core/src/work/B.ts": "" },
      broken: "rooms in core may not import that folder: core/src/rooms/A.ts → core/src/work/B.ts"
    },
    "a decision knows no port, not even its types": {
      files: { "core/src/rooms/A.ts": `import type { B } from "../ports/B.ts"`, "core/src/ports/B.ts": "" },
      broken: "rooms in core may not import that folder: core/src/rooms/A.ts → core/src/ports/B.ts"
    },
    "a port knows nothing of what works with it": {
      files: { "core/src/ports/A.ts": `import "../work/B.ts"`, "core/src/work/B.ts": "" },
      broken: "ports in core may not import that folder: core/src/ports/A.ts → core/src/work/B.ts"
    },
    "core imports nothing of Node": {
      files: { "core/src/money/A.ts": `import { createHash } from "node:crypto"` },
      broken: "core, web, the client and the app run without Node: core/src/money/A.ts → crypto"
    },
    "core imports nothing of Node by its old name": {
      files: { "core/src/money/A.ts": `export * from "fs/promises"` },
      broken: "core, web, the client and the app run without Node: core/src/money/A.ts → fs/promises"
    },
    "the client imports nothing of Node": {
      files: { "client/src/A.ts": `import "node:crypto"` },
      broken: "core, web, the client and the app run without Node: client/src/A.ts → crypto"
    },
    "the client alone reaches no hook": {
      files: {
        "client/src/index.ts": `export * from "./A.ts"`,
        "client/src/A.ts": `export * from "./react/B.ts"`,
        "client/src/react/B.ts": "export const b = 1"
      },
      broken:
        "who imports the client alone gets neither React nor the verifier: client/src/index.ts → client/src/react/B.ts"
    },
    "web imports nothing of Node": {
      files: { "web/src/A.ts": `import "node:crypto"` },
      broken: "core, web, the client and the app run without Node: web/src/A.ts → crypto"
    },
    "core imports no platform": {
      files: { "core/src/money/A.ts": `import "@effect/platform-node"` },
      broken: "core runs on any platform: core/src/money/A.ts → node_modules/@effect/platform-node/index.js"
    },
    "verify imports core and Node alone": {
      files: { "verify/src/A.ts": `import "node:fs"\nimport "effect"` },
      broken: "what strangers run is core and Node alone: verify/src/A.ts → node_modules/effect/index.js"
    },
    "a package does not import itself by name": {
      files: { "sim/src/World.ts": `import "@ddd/sim/audit/B"`, "sim/src/audit/B.ts": "" },
      broken: "a package does not import itself by name: sim/src/World.ts → sim/src/audit/B.ts"
    },
    "a relative import stays in its package": {
      files: { "http/src/A.ts": `import "../../core/src/money/B.ts"`, "core/src/money/B.ts": "" },
      broken: "a relative import stays in its package: http/src/A.ts → core/src/money/B.ts"
    },
    "files import each other in no circle": {
      files: { "http/src/A.ts": `import type { B } from "./B.ts"`, "http/src/B.ts": `import "./A.ts"` },
      broken: "no circle of files: http/src/A.ts → http/src/B.ts"
    },
    "sources do not import tests": {
      files: { "http/src/A.ts": `import "../test/support.ts"`, "http/test/support.ts": "" },
      broken: "sources do not import tests: http/src/A.ts → http/test/support.ts"
    },
    "what sources import is no development dependency": {
      files: { "http/package.json": developmentDependencies("jose"), "http/src/A.ts": `import "jose"` },
      broken: "sources import what is there when they run: http/src/A.ts → node_modules/jose/index.js"
    },
    "what is imported is there": {
      files: { "http/src/A.ts": `import "./B.ts"` },
      broken: "what is imported is there: http/src/A.ts → ./B.ts"
    },
    "only tests import the contracts": {
      files: { "sim/src/memory/A.ts": `import "../contract/B.ts"`, "sim/src/contract/B.ts": "" },
      broken: "only tests import the tests of sim: sim/src/memory/A.ts → sim/src/contract/B.ts"
    },
    "what runs has its books in no memory": {
      files: { "cli/src/A.ts": `import "@ddd/sim/memory/B"`, "sim/src/memory/B.ts": "" },
      broken: "what runs imports of sim the stand-ins of providers alone: cli/src/A.ts → sim/src/memory/B.ts"
    },
    "stand-ins of providers know nothing else of sim": {
      files: { "sim/src/providers/A.ts": `import "../World.ts"`, "sim/src/World.ts": "" },
      broken: "stand-ins of providers know nothing else of sim: sim/src/providers/A.ts → sim/src/World.ts"
    },
    "the memory adapters know no stand-in": {
      files: { "sim/src/memory/A.ts": `import "../providers/B.ts"`, "sim/src/providers/B.ts": "" },
      broken: "the memory adapters know the audit and the World alone: sim/src/memory/A.ts → sim/src/providers/B.ts"
    },
    "the audit in memory knows no store": {
      files: { "sim/src/audit/A.ts": `import "../memory/B.ts"`, "sim/src/memory/B.ts": "" },
      broken: "the audit in memory knows nothing else of sim: sim/src/audit/A.ts → sim/src/memory/B.ts"
    },
    "the model knows no contract": {
      files: { "sim/src/model/A.ts": `import "../contract/B.ts"`, "sim/src/contract/B.ts": "" },
      broken: "scenarios serve the model, and both the contracts: sim/src/model/A.ts → sim/src/contract/B.ts"
    },
    "every file is used": {
      files: { "cli/src/main.ts": "", "cli/src/Left.ts": "" },
      broken: "every file of the sources is reached by a program or a test: cli/src/Left.ts → cli/src/Left.ts"
    },
    "what `ddd serve` starts reaches no test runner": {
      files: {
        "cli/src/commands/Serve.ts": `import "@ddd/sim/providers/B"`,
        "sim/src/providers/B.ts": `import "./C.ts"`,
        "sim/src/providers/C.ts": `import "@effect/vitest"`
      },
      broken: "what runs reaches no test runner: cli/src/commands/Serve.ts → node_modules/@effect/vitest/index.js"
    }
  }
  for (const [rule, { broken, files }] of Object.entries(arrows)) {
    it(rule, async () => assert.include(await brokenArrows(files), broken))
  }

  const unused = {
    "what is imported is declared": {
      files: { "cli/src/main.ts": `import "effect"` },
      found: "unlisted: cli/src/main.ts effect"
    },
    "what is declared is imported": {
      files: { "http/package.json": dependencies("jose"), "http/src/A.ts": "" },
      found: "dependencies: http/package.json jose"
    },
    "what is declared for development is imported": {
      files: { "http/package.json": developmentDependencies("jose"), "http/src/A.ts": "" },
      found: "devDependencies: http/package.json jose"
    },
    "what is exported is used": {
      files: {
        ...tidy,
        "core/src/money/Money.ts": `import "effect"\nimport "../hash/Hash.ts"\nexport const money = 1, more = 2`
      },
      found: "exports: core/src/money/Money.ts more"
    }
  }
  for (const [rule, { files, found }] of Object.entries(unused)) {
    it(rule, async () => assert.include(await foundUnused(files), found))
  }

  const impure = {
    "core does not read the clock": ["Date.now()", "no-restricted-properties"],
    "core does not make a date of the present": ["new Date()", "no-restricted-globals"],
    "core does not throw dice": [`Math["random"]()`, "no-restricted-properties"],
    "core does not wait": ["setTimeout(() => {}, 1)", "no-restricted-globals"],
    "core imports nothing that is chosen while it runs": ["import(String(1))", "no-dynamic-require"]
  }
  for (const [rule, [expression, found]] of Object.entries(impure)) {
    it(
      rule,
      async () =>
        assert.include(await foundImpure({ "core/src/money/A.ts": `export const a = () => ${expression}` }), found)
    )
  }
})
