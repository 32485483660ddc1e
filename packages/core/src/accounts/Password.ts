/**
 * Which passwords an account may have.
 *
 * Length counts, composition does not (NIST SP 800-63B, OWASP): ten characters, none of the passwords that everybody
 * tries first, none that is little more than the player's own name.
 *
 * Passwords are compared in Unicode's form NFC (RFC 8265, OpaqueString), so that "é" is the same however a keyboard
 * composes it. NFKC would also merge characters that are different on purpose; it serves only to recognise common ones.
 */
import { isLittleMoreThan, isLittleMoreThanRuns, simplerSpellings } from "./PasswordSpellings.ts"

/** The fewest characters (code points in NFC) of a password. */
export const passwordCharactersMin = 10
/** The most characters (code points in NFC) of a password. */
export const passwordCharactersMax = 128

/** The form in which a password is measured and hashed. */
export const normalisePassword = (text: string): string => text.normalize("NFC")

/**
 * Whether a password is longer than any account's. To be asked before any hashing, at sign-in too; a very long text is
 * refused without being read.
 */
export const isPasswordTooLong = (text: string): boolean =>
  // NFC makes one character of four code points, and so eight code units, at the very most
  text.length > 8 * passwordCharactersMax || [...normalisePassword(text)].length > passwordCharactersMax

/** Why a password is not taken. */
export type PasswordRefusal = "too_short" | "too_long" | "common" | "personal"

/** Whose password it is: a password made of these is guessable. */
export interface PasswordContext {
  readonly email: string
  readonly username: string
}

/** What to tell the player. */
export const passwordRefusalMessage = (refusal: PasswordRefusal): string => {
  switch (refusal) {
    case "too_short":
      return `must have at least ${passwordCharactersMin} characters`
    case "too_long":
      return `must have at most ${passwordCharactersMax} characters`
    case "common":
      return "is too easy to guess; choose another"
    case "personal":
      return "is too close to your name, your address or ours; choose another"
  }
}

/** How a password would be found. */
export interface Guesses {
  /** About how many guesses find it, as a power of ten. */
  readonly decades: number
  /** Whether the guesses are made of words that were known. */
  readonly usesKnown: boolean
}

/** Estimates how easily a password is guessed by whoever knows `known` words of its player. */
export type EstimateGuesses = (password: string, known: ReadonlyArray<string>) => Guesses

/** What is found within 10 to this power of guesses is refused: "password2026!" is, ten random letters are not. */
export const guessableDecades = 8

/** Judges a new password; `undefined`: it may be used. Source: docs/api.md, "Auth". */
export const refusePassword = (
  text: string,
  context: PasswordContext,
  estimate: EstimateGuesses
): PasswordRefusal | undefined => {
  if (isPasswordTooLong(text)) return "too_long"
  if ([...normalisePassword(text)].length < passwordCharactersMin) return "too_short"
  const words = personalWords(context)
  if (isLittleMoreThan(words, text)) return "personal"
  if (isLittleMoreThanRuns(text)) return "common"
  for (const spelling of simplerSpellings(text, words)) {
    const { decades, usesKnown } = estimate(spelling.text, words)
    if (decades + spelling.decades <= guessableDecades) {
      return usesKnown || spelling.isPersonal ? "personal" : "common"
    }
  }
  return undefined
}

const partsOf = (name: string): ReadonlyArray<string> => name.split(/[^\p{L}\p{N}]+/u)

/** The labels of a domain that its holder chose: without "com", or "co.uk", at its end. */
const chosenLabels = (domain: string): ReadonlyArray<string> => {
  const labels = domain.split(".")
  const [second = "", last = ""] = labels.slice(-2)
  return labels.slice(0, labels.length > 2 && last.length === 2 && second.length <= 3 ? -2 : -1)
}

/** The player's words, whole and in parts, and the product's; a word of two letters says nothing. */
const personalWords = ({ email, username }: PasswordContext): ReadonlyArray<string> => {
  const [localPart = "", domain = ""] = email.split("@")
  return [
    ...[username, localPart, ...chosenLabels(domain)].flatMap((name) => [name, ...partsOf(name)]),
    domain,
    "daily",
    "dollar",
    "draw",
    "dailydollardraw"
  ].filter((word) => word.length >= 3)
}
