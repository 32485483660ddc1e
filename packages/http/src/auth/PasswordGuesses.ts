/**
 * How easily a password is guessed, as zxcvbn estimates it: by lists of passwords that were stolen, walks over keyboards, dates,
 * repetitions, and what people do with them (decision 23).
 *
 * Takes a tenth of a second and 20 MB to load: only a server does.
 */
import type { EstimateGuesses, Guesses } from "@ddd/core/accounts/Password"
import { ZxcvbnFactory } from "@zxcvbn-ts/core"
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common"

/** Words that the list of stolen passwords lacks, or has far behind: those that people of other languages, players and gamblers choose. */
const ownWords =
  `contrasena motdepasse wachtwoord haslo senha passe login superuser administrator opensesame hackme whoami iamthe newpassword
oldpassword yourpassword thepassword
roblox fortnite zelda xbox iphone android gamer lottery millionaire sweetheart wednesday italy spain`.split(/\s+/)

/** How many characters are looked at at once: it bounds the time on the event loop (decision 23). */
const windowCharacters = 64

const zxcvbn = new ZxcvbnFactory({
  dictionary: { passwords: dictionary["passwords-common"], own: ownWords },
  graphs: adjacencyGraphs,
  maxLength: windowCharacters,
  // bounds the time too
  l33tMaxSubstitutions: 5
})

/** Case does not count, nor do forms of a character that look alike. */
const fold = (text: string): string => text.normalize("NFKC").toLowerCase()

const estimateWindow = (text: string, words: Array<string>): Guesses => {
  const { guessesLog10, sequence } = zxcvbn.check(text, words)
  return {
    decades: guessesLog10,
    usesKnown: sequence.some((match) =>
      "dictionaryName" in match && match.dictionaryName === "userInputs" ||
      "baseToken" in match && typeof match.baseToken === "string" && words.includes(match.baseToken)
    )
  }
}

/** Whether a text is its beginning said again and again, cut short or not: one window of it tells all. */
const isRepetition = (text: string): boolean => {
  for (let length = 1; length <= windowCharacters; length++) if (text.startsWith(text.slice(length))) return true
  return false
}

/** A longer text takes at least the guesses of its first and of its last 64 characters: the larger estimate counts. */
export const estimateGuesses: EstimateGuesses = (password, known) => {
  const words = known.map(fold)
  const text = fold(password)
  const first = estimateWindow(text, words)
  if (text.length <= windowCharacters || isRepetition(text)) return first
  const last = estimateWindow(text.slice(-windowCharacters), words)
  return last.decades > first.decades ? last : first
}
