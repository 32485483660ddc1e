/**
 * How easily a password is guessed.
 *
 * A block-list by rules: a few hundred words, the walks of fingers over a keyboard, and what people do with them (digits
 * behind, 0 for o, saying it twice) stand for the millions of lines of published password lists.
 */

const commonWords: ReadonlyArray<string> =
  `password passwort passwd pass word passw contrasena motdepasse senha parola wachtwoord haslo mot passe
qwerty qwertz azerty qwert qwer asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm qaz wsx edc qazwsx abc abcd abcde abcdef abcdefg aaa xxx
admin administrator root user guest test testing tester temp default login welcome access system server computer internet
changeme letmein opensesame secret private master superuser manager office company windows microsoft apple google facebook
iphone android samsung nintendo playstation xbox pokemon minecraft roblox fortnite naruto starwars batman superman spiderman
ironman pikachu mario zelda sonic matrix hunter killer shadow ninja samurai warrior wizard gandalf merlin phoenix dragon
monkey tiger lion eagle falcon wolf bear panther cobra horse kitty kitten puppy doggy bunny rabbit chicken turtle dolphin
princess prince queen king angel angels devil heaven jesus christ god lord blessed faith hope grace love lover lovely
iloveyou iloveu loveyou loveme ilove you baby babygirl babyboy honey sweetie sweety sweetheart darling sugar candy cookie chocolate
cheese banana orange cherry peaches strawberry pepper ginger coffee summer winter spring autumn january february march april
june july august september october november december monday tuesday wednesday thursday friday saturday sunday
football soccer baseball basketball hockey golf tennis arsenal chelsea liverpool barcelona juventus realmadrid manchester
cowboys steelers yankees lakers eagles rangers redsox packers patriots raiders dallas boston chicago newyork london paris
berlin america american canada mexico england scotland ireland germany france italy spain brazil india pakistan australia
michael jennifer jessica ashley amanda daniel matthew joshua andrew anthony charlie robert thomas george william richard
jordan taylor hannah nicole michelle samantha elizabeth stephanie danielle melissa natalie alexander alexandra benjamin
christian christopher jonathan nicholas patrick justin brandon austin steven kevin jason david james john joseph maria
buster maggie bailey harley mustang corvette ferrari porsche mercedes yamaha suzuki honda toyota chevy camaro
sunshine rainbow flower butterfly diamond silver golden purple yellow green blue red black white pink star stars moon sun
happy smile friend friends forever family mother father daddy mommy sister brother money dollar lottery lucky winner jackpot
million millionaire rich casino poker freedom liberty peace music guitar rockstar metallica nirvana slipknot eminem rock
whatever trustno one hello goodbye please thankyou nothing something fuckyou fuckoff fuck asshole bitch sexy pussy
biteme computer1 cheater gamer player games game number first player1 champion legend hacker hackme whoami iamthe best the
my new our me i is it mypassword newpassword yourpassword thepassword oldpassword`.split(/\s+/)

/** Where fingers walk: rows, columns and zigzags of a keyboard, the alphabet, digits in order. */
const walks = [
  "qwertyuiop[]asdfghjkl;'zxcvbnm,./",
  "qwertyuiopasdfghjklzxcvbnm",
  "qwertzuiopasdfghjklyxcvbnm",
  "azertyuiopqsdfghjklmwxcvbn",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
  "1qazxsw23edcvfr45tgbnhy67ujm",
  "qazwsxedcrfvtgbyhnujmikolp",
  "1q2w3e4r5t6y7u8i9o0p",
  "q1w2e3r4t5y6u7i8o9p0",
  "1a2b3c4d5e6f7g8h9i0j",
  "a1b2c3d4e5f6g7h8i9j0",
  "!@#$%^&*()_+",
  "abcdefghijklmnopqrstuvwxyz",
  "01234567890123456789",
  "741852963",
  "147258369",
  "789456123",
  "112233445566778899001122",
  "123123456456789789",
  "31415926535897932384"
].flatMap((walk) => [walk, [...walk].toReversed().join("")])

const lettersFor: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "8": "b",
  "@": "a",
  "$": "s",
  "!": "i"
}

/** "p@ssw0rd" → "password". One code unit stays one. */
const asLetters = (text: string): string => text.replace(/[0134578@$!]/g, (sign) => lettersFor[sign] ?? sign)

const fold = (text: string): string => text.normalize("NFKC").toLowerCase()

/** The shortest text that `text` repeats, a repetition cut short at its end included: "abcabca" → "abc". */
const repeatedUnit = (text: string): string => {
  for (let length = 1; length < text.length; length++) {
    if (text.startsWith(text.slice(length))) return text.slice(0, length)
  }
  return text
}

/** How much a piece of a password adds to the guesses, as a power of ten. */
const decades = { knownWord: 1, commonWord: 3, walk: 2, repetition: 1, sign: 1, letter: 1.5 }

/** A text that repeats nothing and is longer than this is out of reach; the bound keeps the search short. */
const unitsMax = 64

const commonCosts: ReadonlyMap<string, number> = new Map(commonWords.map((word) => [word, decades.commonWord]))

const isWalkOrRun = (piece: string): boolean =>
  piece === piece.charAt(0).repeat(piece.length) || walks.some((walk) => walk.includes(piece))

/**
 * About how many guesses, as a power of ten, find `password` by trying rows of likely pieces, likeliest first: words (also
 * spelled with digits and signs), the player's `known` words, walks and runs of three or more characters, single ones.
 *
 * Case does not count. `Infinity` for a text above 64 characters that does not repeat itself.
 */
export const guessDecades = (password: string, known: ReadonlyArray<string>): number => {
  const folded = fold(password)
  const text = repeatedUnit(folded)
  if (text.length > unitsMax) return Infinity
  const wordCosts = new Map(commonCosts)
  for (const word of known) wordCosts.set(fold(word), decades.knownWord)
  const longest = Math.max(...[...wordCosts.keys()].map((word) => word.length))

  // cheapest[end]: of all rows of pieces that make up text.slice(0, end)
  const cheapest = Array.from({ length: text.length + 1 }, (_, end) => end === 0 ? 0 : Infinity)
  for (let start = 0; start < text.length; start++) {
    const reach = (end: number, cost: number) => {
      cheapest[end] = Math.min(cheapest[end] ?? Infinity, (cheapest[start] ?? Infinity) + cost)
    }
    reach(start + 1, /\p{L}/u.test(text.charAt(start)) ? decades.letter : decades.sign)
    for (let end = start + 1; end <= Math.min(text.length, start + longest); end++) {
      const piece = text.slice(start, end)
      const cost = Math.min(wordCosts.get(piece) ?? Infinity, wordCosts.get(asLetters(piece)) ?? Infinity)
      if (cost < Infinity) reach(end, cost)
    }
    // a piece of a walk is a walk: the first that is none ends the search
    for (let end = start + 3; end <= text.length && isWalkOrRun(text.slice(start, end)); end++) reach(end, decades.walk)
  }
  return (cheapest[text.length] ?? Infinity) + (text.length < folded.length ? decades.repetition : 0)
}
