/**
 * The order of the test files: those that take minutes first, so that none of them is what the end of a run waits for; the others as
 * Vitest has them, which remembers how long each took.
 */
import { BaseSequencer } from "vitest/node"

/** Whatever waits for real time most of its own: the shows (a lease of two minutes), contracts on a real database, other processes. */
const longest = [
  "bench/test/Shows.test.ts",
  "bench/test/Fuzz.test.ts",
  "adapters-pg/test/Contracts.test.ts",
  "cli/test/commands/Withdrawals.test.ts",
  "cli/test/checks/Access.test.ts",
  "cli/test/checks/SigningIn.test.ts",
  "cli/test/Years.test.ts",
  "cli/test/terminal/PlantedText.test.ts",
  "adapters-pg/test/embedded/EmbeddedPostgres.test.ts",
  "cli/test/commands/Serve.test.ts",
  "cli/test/commands/RetiredChain.test.ts",
  "cli/test/commands/Operators.test.ts"
]

const rankOf = ({ moduleId }) => {
  const rank = longest.findIndex((name) => moduleId.endsWith(name))
  return rank < 0 ? longest.length : rank
}

export class LongestFirst extends BaseSequencer {
  async sort(files) {
    const sorted = await super.sort(files)
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b))
  }
}
