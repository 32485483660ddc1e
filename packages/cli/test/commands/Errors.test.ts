/** What a command says that could not be carried out, to people and to programs. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { globSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { codeOfTag } from "../../src/Explanation.ts"
import { dataFolder, ddd } from "../support/Ddd.ts"

const sources = join(import.meta.dirname, "../../src")
const page = readFileSync(join(import.meta.dirname, "../../../../docs/operations/commands.md"), "utf8")

describe("an error of ddd", () => {
  it.live(
    "is a line of JSON on stderr with --json, whatever is wrong, and nothing is on stdout",
    () =>
      Effect.gen(function*() {
        const unreachable = { DATABASE_URL: "postgres://nobody:nothing@127.0.0.1:9/none" }
        for (
          const [args, code, told, env] of [
            [["draw", "list", "--json", "--limit", "x"], "usage", /whole number from 1/],
            [["draw", "list", "--json"], "config_invalid", /LOG_LEVEL/, { LOG_LEVEL: "loud" }],
            [["draw", "list", "--json"], "database_unreachable", /cannot be reached/, unreachable]
          ] as const
        ) {
          const ended = yield* ddd(args, env)
          assert.deepStrictEqual([ended.code, ended.stdout], [2, ""], ended.stderr)
          const { error, ...others }: { readonly error: { readonly code: string; readonly message: string } } = JSON
            .parse(ended.stderr)
          assert.deepStrictEqual([error.code, others], [code, {}])
          assert.match(error.message, told)
        }
      }),
    60_000
  )

  it("has a code that is written down", () => {
    const declared = globSync("**/*.ts", { cwd: sources }).flatMap((file) =>
      Array.from(readFileSync(join(sources, file), "utf8").matchAll(/TaggedError\("(\w+)"\)/g), ([, tag = ""]) => tag)
    )
    assert.isAbove(declared.length, 20)
    const codes = Array.from(new Set(declared), codeOfTag)
    const [, list = ""] = /## Codes of errors\n([^#]*)/.exec(page) ?? []
    const told = Array.from(list.matchAll(/`([a-z_]+)`/g), ([, code = ""]) => code)
    assert.deepStrictEqual(codes.filter((code) => !told.includes(code)), [])
    // of packages that only these commands meet
    const others = [
      "usage",
      "unexpected",
      "database_unreachable",
      "database_refused",
      "unavailable",
      "secrets_refused",
      "backup_unusable",
      "pg_tool_failed"
    ]
    assert.deepStrictEqual(told.filter((code) => !codes.includes(code)), others)
  })

  it.live("a folder without a database is named as such, and left as it is", () =>
    Effect.gen(function*() {
      const folder = yield* dataFolder
      const DATA_DIR = join(folder, "misspelt")
      for (
        const args of [["find", "ann"], ["audit"], ["draw", "run"], ["user", "list"], [
          "backup",
          join(folder, "backups")
        ]]
      ) {
        const { code, stderr, stdout } = yield* ddd([...args, "--json"], { DATA_DIR })
        assert.strictEqual(code, 2, args.join(" "))
        assert.strictEqual(stdout, "")
        const { error }: { readonly error: { readonly code: string; readonly message: string } } = JSON.parse(stderr)
        assert.strictEqual(error.code, "database_unusable")
        assert.include(error.message, `There is no database in ${DATA_DIR}: set DATA_DIR`)
      }
      assert.deepStrictEqual(readdirSync(folder), [])
    }))
})
