import { assert, describe, it } from "@effect/vitest"
import type { Command } from "commander"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parse, program } from "../src/Program.ts"

const descendants = (command: Command): ReadonlyArray<Command> =>
  command.commands.flatMap((child) => [child, ...descendants(child)])

const helpOf = (command: Command): string => {
  let text = ""
  command.configureOutput({ writeOut: (part) => void (text += part) }).outputHelp()
  return text
}

/** The words of a command line, after `ddd` as a checkout calls it; variables before it and a redirection behind it are the shell's. */
const wordsOf = (example: string): ReadonlyArray<string> =>
  Array.from(
    example.replace(/^(?:[A-Z_]+=\S+ )*npm run -s ddd -- /, "").replace(/ > .*$/, "").matchAll(/'([^']*)'|\S+/g),
    ([word, quoted]) => quoted ?? word
  )

const root = join(import.meta.dirname, "../../..")

/** Every page, and the command lines of `ddd` that it names between backticks or at the beginning of a line of a block. */
const pages = [
  "README.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).map((name) => `docs/${name}`)
]
  .filter((name) => name.endsWith(".md") && !name.includes("decisions/"))
  .map((name) =>
    [
      name,
      Array.from(readFileSync(join(root, name), "utf8").matchAll(/(?:`|^)ddd ([^`\n]+)/gm), ([, line = ""]) =>
        // up to what is the shell's
        line.replace(/ [|>&;].*$/, ""))
    ] as const
  )

const all = descendants(program(() => {}, () => {}))

describe("the command line", () => {
  it.each(all.map((command) => [command.parent?.name() ?? "", command.name(), command] as const))(
    "says in a line what %s %s is for",
    (_, __, command) => assert.match(command.description(), /^[a-z]/)
  )

  it("shows examples of every command, each of which it understands", async () => {
    for (const command of all) {
      const examples = Array.from(helpOf(command).matchAll(/^ {2}\$ (.+)$/gm), ([, example = ""]) => example)
      assert.isAbove(examples.length, 0, command.name())
      for (const example of examples) {
        const words = wordsOf(example)
        assert.include(words, command.name(), example)
        assert.isObject(await parse(words), example)
      }
    }
  })

  it("has every command that a page of docs names", () => {
    const named = pages.flatMap(([page, lines]) => lines.map((line) => [page, line] as const))
    assert.isAbove(named.length, 100)
    for (const [page, line] of named) {
      let at: Command = program(() => {}, () => {})
      for (const word of line.split(/\s+/)) {
        const next = at.commands.find((command) => command.name() === word.replace(/[,.;:)]+$/, ""))
        if (next === undefined) break
        at = next
      }
      // a group alone is named where all of it is meant
      const [first = ""] = line.split(/[\s,.;:)]+/)
      assert.isTrue(at.parent !== null || /^[<…-]/.test(first), `${page}: ddd ${line}`)
      for (const [flag] of line.matchAll(/(?<=\s)--[a-z][a-z-]*/g)) {
        const known = [
          ...at.options.map(({ long }) => long),
          ...at.commands.flatMap(({ options }) => options.map(({ long }) => long)),
          "--help",
          "--version"
        ]
        assert.include(known, flag, `${page}: ddd ${line}`)
      }
    }
  })
})
