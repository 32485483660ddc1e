/**
 * What a password is without the parts that everybody adds: signs around and between words, runs of characters, the player's own
 * words.
 *
 * An estimate by pieces takes each sign for a piece to be found, and makes three pieces 10^8 guesses at least, however common each
 * is: "Autumn2026!" would pass. So it is made of the simpler spellings too, and what was left out is added to it.
 */

/** A text in whose stead a password may be guessed. */
export interface Spelling {
  readonly text: string
  /** What was left out multiplies the guesses by 10 to this power. */
  readonly decades: number
  /** Whether words of the player were left out. */
  readonly isPersonal: boolean
}

/** How much of a text that was left out adds to the guesses, as a power of ten. */
const decadesOf = {
  /** Of a run of one sign, however long: most who add one add "!", "." or "?". */
  firstSign: 0.75,
  /** Of each other run of another sign. */
  otherSign: 1,
  /** Of the same run at another place. */
  signAgain: 0.5,
  /** Of the player's words, however many. */
  words: 1
}

/** Signs and spaces of ASCII. */
const signs = /[\s!-/:-@[-`{-~]+/g
const signsAtEnds = /^[\s!-/:-@[-`{-~]+|[\s!-/:-@[-`{-~]+$/g
const runsOfOneSign = /([\s!-/:-@[-`{-~])\1*/g

const fold = (text: string): string => text.normalize("NFKC").toLowerCase()

/** What stands before, between and behind the words in a folded text; itself alone where it has none of them. */
const splitByWords = (folded: string, words: ReadonlyArray<string>): ReadonlyArray<string> =>
  words.map(fold).toSorted((a, b) => b.length - a.length)
    .reduce<ReadonlyArray<string>>((pieces, word) => pieces.flatMap((piece) => piece.split(word)), [folded])

/** What may be left of a password beside the player's words: a year, an initial. */
const restCharactersMax = 4

/** Signs of a piece that join words: two at most, or one sign as often as one likes. */
const withoutJoints = (piece: string): string =>
  piece.replace(signs, (run) => run.length <= 2 || run === run.charAt(0).repeat(run.length) ? "" : run)

/** Whether a password is little more than `words`, however many and whatever signs stand between them. */
export const isLittleMoreThan = (words: ReadonlyArray<string>, password: string): boolean => {
  const pieces = splitByWords(fold(password), words)
  return pieces.length > 1 && [...pieces.map(withoutJoints).join("")].length <= restCharactersMax
}

/** Of how many kinds of sign runs may be left out: many and various ones are what makes a password a good one. */
const signKindsMax = 2

/** What the signs of texts add to the guesses if they are left out; `Infinity` where they must not be. */
const decadesOfSigns = (texts: ReadonlyArray<string>): number => {
  const runs = texts.flatMap((text) => text.match(runsOfOneSign) ?? [])
  const kinds = new Set(runs).size
  if (kinds === 0) return 0
  if (kinds > signKindsMax) return Infinity
  return decadesOf.firstSign + (kinds - 1) * decadesOf.otherSign + (runs.length - kinds) * decadesOf.signAgain
}

/** From how many characters on the same ones, or neighbours in one direction, are a run: "555", "123", "cba". */
const runCharactersMin = 3
/** The most runs, and characters beside them, of a password that is hardly anything else. */
const runsMax = 3
const besideRunsMax = 2

/** Whether a password is hardly more than a few runs of characters, as "4155551234" is. */
export const isLittleMoreThanRuns = (password: string): boolean => {
  const text = fold(password)
  const step = (index: number): number => text.charCodeAt(index + 1) - text.charCodeAt(index)
  let besides = 0
  let runs = 0
  for (let start = 0; start < text.length;) {
    let end = start + 1
    while (Math.abs(step(start)) <= 1 && step(end - 1) === step(start)) end++
    if (end - start >= runCharactersMin) {
      runs++
      start = end
    } else {
      besides++
      start++
    }
  }
  return runs <= runsMax && besides <= besideRunsMax
}

/** Of a longer password no simpler spelling is estimated: it is more than a word with signs, and each estimate takes its time. */
const simplifiedCharactersMax = 32

/** The password itself, and what it is without signs and `words`: each as far as it has any. */
export const simplerSpellings = (password: string, words: ReadonlyArray<string>): ReadonlyArray<Spelling> => {
  const folded = fold(password)
  const itself = { text: folded, decades: 0, isPersonal: false }
  if ([...folded].length > simplifiedCharactersMax) return [itself]
  const trimmed = folded.replaceAll(signsAtEnds, "")
  const bare = folded.replaceAll(signs, "")
  const pieces = splitByWords(folded, words)
  const simpler = [
    ...(trimmed === folded ? [] : [{
      text: trimmed,
      decades: decadesOfSigns(folded.match(signsAtEnds) ?? []),
      isPersonal: false
    }]),
    ...(bare === trimmed ? [] : [{ text: bare, decades: decadesOfSigns([folded]), isPersonal: false }]),
    ...(pieces.length === 1 ? [] : [{
      text: pieces.join("").replaceAll(signs, ""),
      decades: decadesOf.words + decadesOfSigns(pieces),
      isPersonal: true
    }])
  ]
  return [itself, ...simpler.filter(({ decades }) => decades < Infinity)]
}
