/** Bytes and their spellings: hex, canonical base64, the length-prefixed and big-endian forms of docs/fairness.md, "Notation". */

const utf8 = new TextEncoder()

/** The UTF-8 bytes of `text`. */
export const utf8Bytes = (text: string): Uint8Array<ArrayBuffer> => utf8.encode(text)

/** `parts` joined. */
export const concat = (...parts: ReadonlyArray<Uint8Array>): Uint8Array<ArrayBuffer> => {
  let length = 0
  for (const part of parts) length += part.length
  const joined = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

const hexDigits = utf8Bytes("0123456789abcdef")
/** The characters of a digest, which is what is written most. */
const digestDigits = Array.from({ length: 64 }, () => 0)

/** Lower-case hex. For short values. */
export const toHex = (bytes: Uint8Array): string => {
  // in one piece: text that is added up digit by digit is a chain of dozens, which takes memory and has to be joined in the end
  const digits = bytes.length === 32 ? digestDigits : Array.from({ length: bytes.length * 2 }, () => 0)
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    digits[i * 2] = hexDigits[byte >> 4]!
    digits[i * 2 + 1] = hexDigits[byte & 15]!
  }
  return String.fromCharCode(...digits)
}

/** Reads lower-case hex of exactly `length` bytes; `undefined` for anything else. */
export const fromHex = (text: string, length: number): Uint8Array<ArrayBuffer> | undefined => {
  if (text.length !== length * 2 || !/^[0-9a-f]*$/.test(text)) return undefined
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = Number.parseInt(text.slice(i * 2, i * 2 + 2), 16)
  return bytes
}

/** Standard base64 with padding (RFC 4648, section 4). For short values. */
export const toBase64 = (bytes: Uint8Array): string => {
  let binary = ""
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** Reads the one spelling of base64 that `toBase64` writes; `undefined` for any other. */
export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> | undefined => {
  let binary: string
  try {
    binary = atob(text)
  } catch {
    return undefined
  }
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  // atob takes spaces, missing padding and stray low bits: only what comes back the same is canonical
  return toBase64(bytes) === text ? bytes : undefined
}

/** Whether two byte strings are the same. Not constant in time: for public values. */
export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Writes `value` into four bytes at `at`, big-endian. `0 ≤ value < 2^32`. */
export const writeU32 = (target: Uint8Array, at: number, value: number): void => {
  target[at] = value >>> 24
  target[at + 1] = value >>> 16
  target[at + 2] = value >>> 8
  target[at + 3] = value
}

/** `value` as four bytes, big-endian. `0 ≤ value < 2^32`. */
export const u32 = (value: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(4)
  writeU32(bytes, 0, value)
  return bytes
}

/** Writes `value` into eight bytes at `at`, big-endian. `0 ≤ value ≤ Number.MAX_SAFE_INTEGER`. */
export const writeU64 = (target: Uint8Array, at: number, value: number): void => {
  writeU32(target, at, Math.floor(value / 2 ** 32))
  writeU32(target, at + 4, value >>> 0)
}

/** `value` as eight bytes, big-endian. `0 ≤ value ≤ Number.MAX_SAFE_INTEGER`. */
export const u64 = (value: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(8)
  writeU64(bytes, 0, value)
  return bytes
}

/** Writes ASCII text at `at`, and answers where it ends. For the hot paths: short text is encoded faster by hand. */
export const writeAscii = (target: Uint8Array, at: number, text: string): number => {
  for (let i = 0; i < text.length; i++) target[at + i] = text.charCodeAt(i)
  return at + text.length
}

/** `lp(text)`: the length of its UTF-8 bytes as u32, then the bytes. */
export const lengthPrefixed = (text: string): Uint8Array<ArrayBuffer> => {
  const bytes = utf8Bytes(text)
  return concat(u32(bytes.length), bytes)
}
