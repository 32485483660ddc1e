/**
 * How easily a password is guessed, as zxcvbn estimates it: by lists of passwords that were stolen, walks over keyboards, dates,
 * repetitions, and what people do with them (decision 23).
 *
 * Takes a tenth of a second and 20 MB to load: only a server does.
 */
import type { EstimateGuesses } from "@ddd/core/accounts/Password"
import { ZxcvbnFactory } from "@zxcvbn-ts/core"
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common"

const zxcvbn = new ZxcvbnFactory({
  dictionary: { passwords: dictionary["passwords-common"] },
  graphs: adjacencyGraphs,
  // both bound the time on the event loop to some 15 ms of computing (decision 23); characters after the 64th do not count
  maxLength: 64,
  l33tMaxSubstitutions: 5
})

/** Case does not count, nor do forms of a character that look alike. */
const fold = (text: string): string => text.normalize("NFKC").toLowerCase()

export const estimateGuesses: EstimateGuesses = (password, known) => {
  const words = known.map(fold)
  const { guessesLog10, sequence } = zxcvbn.check(fold(password), words)
  return {
    decades: guessesLog10,
    usesKnown: sequence.some((match) =>
      "dictionaryName" in match && match.dictionaryName === "userInputs" ||
      "baseToken" in match && typeof match.baseToken === "string" && words.includes(match.baseToken)
    )
  }
}
