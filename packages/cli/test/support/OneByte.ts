/** Bundles with one byte changed, in each kind of field that they have. */

/** A place in a bundle's text, by what stands before the byte that is changed. */
interface Place {
  readonly field: string
  /** Its last character is the one that is changed. */
  readonly before: RegExp
  /** A check that must fail. */
  readonly fails: number
}

const note = (name: string, rest: string): RegExp => new RegExp(`"${name}":"ddd/[a-z]+/v1(?:(?!",")[\\s\\S])*?${rest}`)

const ofHeader: ReadonlyArray<Place> = [
  { field: "the format", before: /"format":"ddd\/proof\/v1/, fails: 1 },
  { field: "the draw's id", before: /"drawId":"[0-9a-f-]{36}/, fails: 3 },
  { field: "the bundle's own key", before: /"vkey":"[^"]{50}/, fails: 1 }
]

const ofOpen: ReadonlyArray<Place> = [
  { field: "open: draw", before: note("open", "\\\\ndraw [0-9a-f-]{36}"), fails: 3 },
  { field: "open: opens", before: note("open", "\\\\nopens [0-9-]{10}T[0-9:]{8}\\.\\d"), fails: 2 },
  { field: "open: price", before: note("open", "\\\\nprice \\d"), fails: 10 },
  { field: "open: pot", before: note("open", "\\\\npot \\d"), fails: 10 },
  { field: "open: commitment", before: note("open", "\\\\ncommitment [0-9a-f]{20}"), fails: 4 },
  { field: "open: signature", before: note("open", "\\\\n— \\S+ [^\\\\]{30}"), fails: 2 }
]

const ofLock: ReadonlyArray<Place> = [
  { field: "lock: open", before: note("lock", "\\\\nopen [0-9a-f]{20}"), fails: 3 },
  { field: "lock: locked", before: note("lock", "\\\\nlocked [0-9-]{10}T[0-9:]{8}\\.\\d"), fails: 2 },
  { field: "lock: entries", before: note("lock", "\\\\nentries \\d"), fails: 5 },
  { field: "lock: root", before: note("lock", "\\\\nroot [0-9a-f]{20}"), fails: 5 },
  { field: "lock: pool", before: note("lock", "\\\\npool \\d"), fails: 10 },
  { field: "lock: signature", before: note("lock", "\\\\n— \\S+ [^\\\\]{30}"), fails: 2 }
]

const ofResult: ReadonlyArray<Place> = [
  { field: "result: lock", before: note("result", "\\\\nlock [0-9a-f]{20}"), fails: 3 },
  { field: "result: seed", before: note("result", "\\\\nseed [0-9a-f]{20}"), fails: 4 },
  { field: "result: entropy", before: note("result", "\\\\nentropy [0-9a-f]{20}"), fails: 9 },
  { field: "result: winner's position", before: note("result", "\\\\nwinner \\d"), fails: 9 },
  {
    field: "result: winner's ticket",
    before: note("result", "\\\\nwinner \\d+ \\S+-\\d*-?[0-9A-Z]*[0-9A-Z]"),
    fails: 9
  },
  { field: "result: prize", before: note("result", "\\\\nprize \\d"), fails: 10 },
  { field: "result: fee", before: note("result", "\\\\nfee \\d"), fails: 10 },
  { field: "result: signature", before: note("result", "\\\\n— \\S+ [^\\\\]{30}"), fails: 2 }
]

const ofTickets: ReadonlyArray<Place> = [
  { field: "ticket: id", before: /\n\["[A-Z]+-[0-9A-Z]+-[0-9A-Z]{3}/, fails: 5 },
  { field: "ticket: seal", before: /\n\["[^"]+","[0-9a-f]{20}/, fails: 5 },
  { field: "ticket: owner's mark", before: /\n\["[^"]+","[0-9a-f]{64}","[0-9a-f]{20}/, fails: 5 },
  { field: "ticket: time of purchase", before: /\n\["[^"]+","[0-9a-f]{64}","[0-9a-f]{64}","[^"]{22}/, fails: 5 },
  { field: "ticket: form", before: /\n\["[^"]+","[0-9a-f]{64}",/, fails: 1 }
]

const ofBeacon: ReadonlyArray<Place> = [
  { field: "chain: public key", before: /"publicKey":"[0-9a-f]{20}/, fails: 7 },
  { field: "chain: period", before: /"period":\d/, fails: 7 },
  { field: "chain: genesis", before: /"genesisTime":\d{9}/, fails: 7 },
  { field: "chain: seed", before: /"genesisSeed":"[0-9a-f]{20}/, fails: 7 },
  { field: "chain: scheme", before: /"schemeID":"bls-unchained-g/, fails: 7 },
  { field: "chain: beacon's name", before: /"beaconID":"quickne/, fails: 7 },
  { field: "open: chain", before: note("open", "\\\\nbeacon [0-9a-f]{20}"), fails: 3 },
  { field: "lock: round", before: note("lock", "\\\\nbeacon [0-9a-f]{64} \\d"), fails: 7 },
  { field: "result: round", before: note("result", "\\\\nbeacon \\d"), fails: 3 },
  { field: "result: beacon's signature", before: note("result", "\\\\nbeacon \\d+ [0-9a-f]{20}"), fails: 8 }
]

/** Another character of the same kind: a digit, a hex digit, a symbol of a ticket's id, a letter. */
const another = (character: string): string =>
  /[0-8]/.test(character) ?
    String(Number(character) + 1)
    : character === "9" ?
    "8"
    : /[a-e]/.test(character) ?
    String.fromCharCode(character.charCodeAt(0) + 1)
    : /[A-GJ]/.test(character) ?
    "K"
    : character === "f" ?
    "e"
    : /[A-Z]/.test(character) ?
    "A"
    : /[a-z]/.test(character) ?
    "a"
    // of a signature's base64, which stays base64
    : /[+/]/.test(character) ?
    "A"
    : " "

const changed = (text: string, { before, field }: Place): string => {
  const found = before.exec(text)
  if (found === null) throw new Error(`the bundle has no place for ${field}`)
  const at = found.index + found[0].length - 1
  return `${text.slice(0, at)}${another(text.charAt(at))}${text.slice(at + 1)}`
}

export interface Altered {
  readonly field: string
  readonly text: string
  readonly fails: number
}

const alterations = (text: string, places: ReadonlyArray<Place>): ReadonlyArray<Altered> =>
  places.map((place) => ({ field: place.field, fails: place.fails, text: changed(text, place) }))

/** A bundle with a byte changed in each kind of field that any bundle of a drawn draw has. */
export const oneByteChanged = (bundle: string): ReadonlyArray<Altered> =>
  alterations(bundle, [...ofHeader, ...ofOpen, ...ofLock, ...ofResult, ...ofTickets])

/** The same for what a bundle has that names a beacon. */
export const oneByteChangedOfBeacon = (bundle: string): ReadonlyArray<Altered> => alterations(bundle, ofBeacon)
