/**
 * SHA-256 as a value.
 *
 * Whoever computes hands it in: `nobleSha256` works everywhere; Node's own is faster and lives in an adapter, since this
 * package imports nothing of Node. Both must agree, and the conformance tests run with both.
 */
import { sha256 } from "@noble/hashes/sha2.js"
import { concat } from "../values/Bytes.ts"

/**
 * Many messages of one length at once.
 *
 * Message i lies in `messages` from i × `stride` on, and has `length` bytes; its digest is written to `digests` from i × 32 on.
 */
export type Sha256Many = (
  messages: Uint8Array,
  stride: number,
  length: number,
  count: number,
  digests: Uint8Array
) => void

export interface Sha256 {
  /** SHA-256 of one message: 32 new bytes. */
  (message: Uint8Array): Uint8Array
  /** Where there is something faster than one by one. */
  readonly many?: Sha256Many
}

/** SHA-256 by @noble/hashes: no platform needed. */
export const nobleSha256: Sha256 = (message) => sha256(message)

const blockLength = 64

/** HMAC-SHA-256 (RFC 2104): 32 new bytes. */
export type HmacSha256 = (key: Uint8Array, message: Uint8Array) => Uint8Array

/** HMAC-SHA-256 on the hash that is handed in. Keep it: it puts its blocks together in the same bytes each time. */
export const makeHmac = (hash: Sha256): HmacSha256 => {
  const outer = new Uint8Array(blockLength + 32)
  // Grows to the longest message; what is hashed is the part that this message fills
  let inner = new Uint8Array(blockLength * 4)
  return (key, message) => {
    const short = key.length > blockLength ? hash(key) : key
    const length = blockLength + message.length
    if (length > inner.length) inner = new Uint8Array(length)
    for (let i = 0; i < blockLength; i++) {
      const byte = i < short.length ? short[i]! : 0
      inner[i] = byte ^ 0x36
      outer[i] = byte ^ 0x5c
    }
    inner.set(message, blockLength)
    outer.set(hash(inner.subarray(0, length)), blockLength)
    return hash(outer)
  }
}

/** HMAC-SHA-256 of one message. */
export const hmacSha256 = (hash: Sha256, key: Uint8Array, message: Uint8Array): Uint8Array =>
  makeHmac(hash)(key, message)

/** HKDF-SHA-256 (RFC 5869) with an empty salt: 32 bytes. `key(info)` of docs/fairness.md, "Notation". */
export const hkdfSha256 = (hash: Sha256, secret: Uint8Array, info: Uint8Array): Uint8Array =>
  hmacSha256(hash, hmacSha256(hash, new Uint8Array(0), secret), concat(info, Uint8Array.of(1)))
