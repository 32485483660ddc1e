import { assert, describe, it } from "@effect/vitest"
import type { Command } from "commander"
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
})
