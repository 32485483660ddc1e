/**
 * `node blocks.mjs <deploy.md> <folder>`: writes each block of commands of the page into a file of its own there, `01.sh`, `02.sh`, …, with
 * what the machine of the trial lacks put in place of what the page says; each of these is told (try-deploy.sh).
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const [page = "", folder = ""] = process.argv.slice(2)

/** What stands on the page, and what is run instead. Each must be there, or the page has changed. */
const instead = [
  ["<this repository>", "/src/ddd.git"],
  ["smtps://user:password@mail.example.com", "smtp://127.0.0.1:2525"],
  ["ddd init /etc/ddd/ddd.env ", "ddd init /etc/ddd/ddd.env --beacon none "],
  ["lottery.example.com {\n", "lottery.example.com {\n\ttls internal\n"]
]

const text = readFileSync(page, "utf8")
const blocks = Array.from(text.matchAll(/^```sh\n([^]*?)^```$/gm), ([, block]) => block)
if (blocks.length < 8) throw new Error(`${page} has ${blocks.length} blocks of commands`)
for (const [said, run] of instead) {
  if (!blocks.some((block) => block.includes(said))) {
    throw new Error(`${page} does not say ${JSON.stringify(said)} any more`)
  }
  process.stdout.write(`instead of ${JSON.stringify(said)}: ${JSON.stringify(run)}\n`)
}
for (const [index, block] of blocks.entries()) {
  const commands = instead.reduce((all, [said, run]) => all.replaceAll(said, run), block)
  writeFileSync(join(folder, `${String(index + 1).padStart(2, "0")}.sh`), commands)
}
