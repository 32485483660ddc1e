/**
 * Signed notes: text with signatures under it, as c2sp.org/signed-note defines them (Ed25519, signature type 1).
 *
 * Reading is strict: a note has one spelling. Signing itself is done elsewhere; here is what is signed and how it is written.
 */
import { ed25519 } from "@noble/curves/ed25519.js"
import type { Sha256 } from "../hash/Hash.ts"
import { concat, fromBase64, fromHex, toBase64, toHex, u32, utf8Bytes } from "../values/Bytes.ts"

/** A key that notes are verified with. `id` is its key id, an unsigned 32-bit number. */
export interface VerifierKey {
  readonly name: string
  readonly id: number
  /** 32 bytes (RFC 8032). */
  readonly publicKey: Uint8Array
}

/** One signature line. `signature` is what follows the four bytes of the key id: 64 bytes for Ed25519, others for other types. */
export interface NoteSignature {
  readonly name: string
  readonly id: number
  readonly signature: Uint8Array
}

/** A note as read: signatures are not yet checked. `text` ends with a newline. */
export interface Note {
  readonly text: string
  readonly signatures: ReadonlyArray<NoteSignature>
}

const ed25519Type = 1
const signaturesMax = 100

const nameForm = /^[^\p{White_Space}+]+$/u
// The control characters below U+0020, but for the newline
const controls = /[^\P{Cc}\n\x7f-\x9f]/u

const isName = (text: string): boolean => nameForm.test(text) && !controls.test(text) && text.isWellFormed()
const isText = (text: string): boolean => text.endsWith("\n") && !controls.test(text) && text.isWellFormed()

/** A key's id: the first four bytes of H(name ‖ "\n" ‖ 0x01 ‖ public key), as a number. */
export const keyId = (hash: Sha256, name: string, publicKey: Uint8Array): number => {
  const digest = hash(concat(utf8Bytes(`${name}\n`), Uint8Array.of(ed25519Type), publicKey))
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0)
}

/** `bytes` as a point of the group of prime order; `undefined` where they are none. */
const primeOrderPoint = (bytes: Uint8Array) => {
  try {
    const point = ed25519.Point.fromBytes(bytes, false)
    return point.isTorsionFree() ? point : undefined
  } catch {
    // The library throws where bytes are not the canonical encoding of a point
    return undefined
  }
}

/**
 * A verifier key's text: `name+<key id, 8 hex digits>+<base64 of 0x01 ‖ public key>`.
 *
 * Throws `TypeError` where `name` cannot name a key, or the key has not 32 bytes.
 */
export const formatVerifierKey = (hash: Sha256, name: string, publicKey: Uint8Array): string => {
  if (!isName(name)) throw new TypeError(`${JSON.stringify(name)} cannot name a key`)
  if (publicKey.length !== 32) throw new TypeError("an Ed25519 public key has 32 bytes")
  const id = toHex(u32(keyId(hash, name, publicKey)))
  return `${name}+${id}+${toBase64(concat(Uint8Array.of(ed25519Type), publicKey))}`
}

/**
 * Reads a verifier key of type Ed25519.
 *
 * `undefined` for anything else: an id that does not belong to name and key, a key that is not a point of prime order.
 */
export const parseVerifierKey = (hash: Sha256, text: string): VerifierKey | undefined => {
  const [name = "", idText = "", keyText = "", ...rest] = text.split("+")
  // base64 may hold plus signs of its own
  const typed = fromBase64([keyText, ...rest].join("+"))
  if (!isName(name) || fromHex(idText, 4) === undefined || typed?.length !== 33 || typed[0] !== ed25519Type) {
    return undefined
  }
  const publicKey = typed.slice(1)
  const id = keyId(hash, name, publicKey)
  const isKey = primeOrderPoint(publicKey)?.is0() === false
  return isKey && toHex(u32(id)) === idText ? { name, id, publicKey } : undefined
}

/** The bytes that a signature of a note covers: its text, the last newline included. */
export const signedBytes = (text: string): Uint8Array<ArrayBuffer> => utf8Bytes(text)

/**
 * A note's text: the text, an empty line, a line for each signature.
 *
 * Throws `TypeError` for what no note can hold: a text that does not end with a newline or has control characters, a name
 * with spaces, no signature or more than 100.
 */
export const formatNote = (text: string, signatures: ReadonlyArray<NoteSignature>): string => {
  if (!isText(text)) throw new TypeError("a note's text ends with a newline and has no control characters")
  if (signatures.length === 0 || signatures.length > signaturesMax) {
    throw new TypeError(`a note has 1 to ${signaturesMax} signatures, not ${signatures.length}`)
  }
  const lines = signatures.map(({ id, name, signature }) => {
    if (!isName(name)) throw new TypeError(`${JSON.stringify(name)} cannot name a key`)
    if (signature.length === 0) throw new TypeError("a signature has at least one byte")
    return `— ${name} ${toBase64(concat(u32(id), signature))}\n`
  })
  return `${text}\n${lines.join("")}`
}

const parseSignature = (line: string): NoteSignature | undefined => {
  const [dash, name = "", encoded = "", ...rest] = line.split(" ")
  const bytes = fromBase64(encoded)
  if (dash !== "—" || rest.length > 0 || !isName(name) || bytes === undefined || bytes.length < 5) return undefined
  return { name, id: new DataView(bytes.buffer).getUint32(0), signature: bytes.slice(4) }
}

/** Reads a note; `undefined` where it is malformed. Text and signatures part at the last empty line. */
export const parseNote = (note: string): Note | undefined => {
  if (!isText(note)) return undefined
  const split = note.lastIndexOf("\n\n")
  if (split < 0) return undefined
  const text = note.slice(0, split + 1)
  const lines = note.slice(split + 2, -1).split("\n")
  if (lines.length > signaturesMax) return undefined
  const signatures: Array<NoteSignature> = []
  for (const line of lines) {
    const signature = parseSignature(line)
    if (signature === undefined) return undefined
    signatures.push(signature)
  }
  return { text, signatures }
}

/** The text of a note that this program has signed. Throws `TypeError` where it is no note. Of others' notes, see `parseNote`. */
export const textOf = (note: string): string => {
  const parsed = parseNote(note)
  if (parsed === undefined) throw new TypeError("not a signed note")
  return parsed.text
}

/**
 * Whether `signature` is `key`'s over `message`.
 *
 * Strict where RFC 8032 leaves a choice: encodings are canonical and R is in the group of prime order, so that verifiers
 * with and without the cofactor agree.
 */
const verifySignature = (key: VerifierKey, message: Uint8Array, signature: Uint8Array): boolean =>
  signature.length === 64 &&
  ed25519.verify(signature, message, key.publicKey, { zip215: false }) &&
  primeOrderPoint(signature.subarray(0, 32)) !== undefined

/** What became of a note's signatures under known keys; lines of unknown keys count for nothing. */
export interface NoteCheck {
  /** The known keys that signed. */
  readonly verified: ReadonlyArray<VerifierKey>
  /** The known keys in whose name a line stands that is not their signature. One is reason enough to reject the note. */
  readonly failed: ReadonlyArray<VerifierKey>
}

/** Checks every line of a note that is in the name of one of `keys`. A line belongs to a key by name and id together. */
export const checkNote = (note: Note, keys: ReadonlyArray<VerifierKey>): NoteCheck => {
  const message = signedBytes(note.text)
  const verified = new Set<VerifierKey>()
  const failed = new Set<VerifierKey>()
  for (const { id, name, signature } of note.signatures) {
    for (const key of keys) {
      if (key.name !== name || key.id !== id) continue
      ;(verifySignature(key, message, signature) ? verified : failed).add(key)
    }
  }
  return { verified: [...verified], failed: [...failed] }
}

/** Whether a note is to be believed: at least one of `keys` signed it, and no line in a name of theirs is false. */
export const isSignedBy = (note: Note, keys: ReadonlyArray<VerifierKey>): boolean => {
  const { failed, verified } = checkNote(note, keys)
  return verified.length > 0 && failed.length === 0
}
