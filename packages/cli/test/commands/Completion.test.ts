/** What the shells make of the completion of `ddd`. bash is on every machine that runs these tests; zsh and fish where they are. */
import { assert, describe, it } from "@effect/vitest"
import { execFileSync, spawnSync } from "node:child_process"
import { script, type Shell } from "../../src/commands/completion/Scripts.ts"
import { following } from "../../src/commands/completion/Words.ts"
import { program } from "../../src/Program.ts"

const all = following(program(() => {}, () => {}), "")
const of = (shell: Shell): string => script(shell, all)

/** The words before the one under the cursor, what is typed of it, and what is offered. */
const offers: ReadonlyArray<readonly [ReadonlyArray<string>, string, ReadonlyArray<string>]> = [
  [[], "dra", ["draw"]],
  [[], "log", ["log", "log-key"]],
  [["user"], "un", ["unfreeze", "unlink-payout-account"]],
  [["log-key"], "r", ["rotate"]],
  [["jobs", "list"], "--", ["--state", "--limit", "--json", "--help"]],
  [["jobs", "list", "--state"], "f", ["failed"]],
  [["jobs", "list", "--limit"], "", []],
  [["completion"], "", ["bash", "zsh", "fish", "--help"]],
  // a player may be called like a command
  [["user", "show", "log"], "--j", ["--json"]]
]

const has = (shell: Shell): boolean => spawnSync(shell, ["--version"]).status === 0

/** Why its test is skipped where it is not there. */
const needs = (shell: Shell) => ({ meta: { needs: `${shell} on the PATH` } })

describe("completion", () => {
  it("offers in bash what may follow", () => {
    const asked = offers.map(([before, word]) => {
      const words = ["ddd", ...before, word].map((each) => `'${each}'`).join(" ")
      return `COMP_WORDS=(${words}); COMP_CWORD=${before.length + 1}; _ddd; echo "\${COMPREPLY[*]}"`
    })
    const said = execFileSync("bash", ["--norc", "-c", [of("bash"), ...asked].join("\n")], { encoding: "utf8" })
    assert.deepStrictEqual(
      said.trimEnd().split("\n").map((line) => line === "" ? [] : line.split(" ")),
      offers.map(([, , offered]) => [...offered])
    )
  })

  it("offers in bash files where an option takes one", () => {
    const asked =
      `cd ${import.meta.dirname}; COMP_WORDS=(ddd log-key rotate --out Compl); COMP_CWORD=4; _ddd; echo "\${COMPREPLY[*]}"`
    const said = execFileSync("bash", ["--norc", "-c", `${of("bash")}\n${asked}`], { encoding: "utf8" })
    assert.strictEqual(said.trim(), "Completion.test.ts")
  })

  it.skipIf(!has("zsh"))("is read by zsh, and offers there what may follow", needs("zsh"), () => {
    const asked = offers.map(([before]) => {
      const words = ["ddd", ...before, ""].map((each) => `'${each}'`).join(" ")
      return `words=(${words}); CURRENT=${before.length + 2}; _ddd; echo`
    })
    const stubs = [
      "compdef() { : }",
      "_files() { : }",
      "compadd() { shift; print -rn -- \"$*\" }",
      "_describe() { print -rn -- \"${(@)${(@P)2}%%:*}\" }"
    ]
    const said = execFileSync("zsh", ["-f", "-c", [...stubs, of("zsh"), ...asked].join("\n")], { encoding: "utf8" })
    const lines = said.split("\n")
    for (const [at, [before, word, offered]] of offers.entries()) {
      const shown = (lines[at] ?? "").split(" ").filter((each) => each !== "" && each.startsWith(word))
      assert.deepStrictEqual(shown, [...offered], before.join(" "))
    }
  })

  it.skipIf(!has("fish"))("is read by fish, and offers there what may follow", needs("fish"), () => {
    for (const [before, word, offered] of offers) {
      const line = ["ddd", ...before, word].join(" ")
      const said = execFileSync("fish", ["--no-config", "-c", `${of("fish")}\ncomplete -C '${line}'`], {
        encoding: "utf8"
      })
      const shown = said.split("\n").map((each) => each.split("\t")[0] ?? "").filter((each) => each !== "")
      // fish offers options once a dash is typed
      for (const each of offered) if (word !== "" || !each.startsWith("-")) assert.include(shown, each, line)
    }
  })

  it("quotes what a help says as zsh and fish read it", () => {
    const help = "what's $(id) `id` \\"
    const texts = [{ path: "", words: [{ word: "x", help }], options: [] }]
    assert.include(script("zsh", texts), "'x:what'\\''s $(id) `id` \\'")
    assert.include(script("fish", texts), "-d 'what\\'s $(id) `id` \\\\'")
  })
})
