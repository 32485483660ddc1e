/**
 * SHA-256 of many short messages at once, as fast as the platform allows: four at a time where it has WebAssembly with vectors, else
 * one by one in plain JavaScript.
 */
import { writeU32 } from "../values/Bytes.ts"
import { nobleSha256, type Sha256, type Sha256Many } from "./Hash.ts"
import { initialState, makeSha256Lanes, roundConstants, type Sha256Lanes } from "./Sha256Wasm.ts"

const blockBytes = 64
/** The blocks that a message of `length` bytes takes with its padding: a one-bit, zeros, and eight bytes of length. */
const blocksOf = (length: number): number => Math.floor((length + 8) / blockBytes) + 1

/** The end of the messages' part of the memory; the digests' follows. */
const messagesBytes = 1 << 18
const digestsBytes = 1 << 16

/** Writes the padding behind a message of `length` bytes that begins at `start` (FIPS 180-4, section 5.1.1). */
const pad = (bytes: Uint8Array, start: number, length: number, blocks: number): void => {
  const end = start + blocks * blockBytes
  bytes[start + length] = 0x80
  for (let i = start + length + 1; i < end - 8; i++) bytes[i] = 0
  writeU32(bytes, end - 8, Math.floor(length / 2 ** 29))
  writeU32(bytes, end - 4, length * 8 >>> 0)
}

const manyByLanes = ({ bytes, hash }: Sha256Lanes): Sha256Many => (messages, stride, length, count, digests) => {
  const blocks = blocksOf(length)
  const size = blocks * blockBytes
  // as many as the memory holds, by fours
  const atOnce = Math.min(Math.floor(messagesBytes / size / 4), digestsBytes / 128) * 4
  for (let done = 0; done < count; done += atOnce) {
    const part = Math.min(atOnce, count - done)
    if (stride === size) bytes.set(messages.subarray(done * size, (done + part) * size))
    else {
      for (let i = 0; i < part; i++) {
        bytes.set(messages.subarray((done + i) * stride, (done + i) * stride + length), i * size)
      }
    }
    for (let i = 0; i < part; i++) pad(bytes, i * size, length, blocks)
    // lanes without a message hash what lay there before, and nobody reads it
    hash(blocks, Math.ceil(part / 4), messagesBytes)
    digests.set(bytes.subarray(messagesBytes, messagesBytes + part * 32), done * 32)
  }
}

const schedule = new Int32Array(64)
const constants = Int32Array.from(roundConstants)
const state = new Int32Array(8)
const start = Int32Array.from(initialState)

/** One block into `state` (FIPS 180-4, section 6.2.2). */
const compress = (bytes: Uint8Array, at: number): void => {
  for (let t = 0; t < 16; t++) {
    const i = at + t * 4
    schedule[t] = bytes[i]! << 24 | bytes[i + 1]! << 16 | bytes[i + 2]! << 8 | bytes[i + 3]!
  }
  for (let t = 16; t < 64; t++) {
    const x = schedule[t - 15]!
    const y = schedule[t - 2]!
    const s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3
    const s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10
    schedule[t] = schedule[t - 16]! + s0 + schedule[t - 7]! + s1 | 0
  }
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  let f = state[5]!
  let g = state[6]!
  let h = state[7]!
  for (let t = 0; t < 64; t++) {
    const S1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)
    const T1 = h + S1 + (g ^ e & (f ^ g)) + constants[t]! + schedule[t]! | 0
    const S0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)
    const T2 = S0 + (a & b ^ c & (a ^ b)) | 0
    h = g
    g = f
    f = e
    e = d + T1 | 0
    d = c
    c = b
    b = a
    a = T1 + T2 | 0
  }
  state[0] = state[0]! + a
  state[1] = state[1]! + b
  state[2] = state[2]! + c
  state[3] = state[3]! + d
  state[4] = state[4]! + e
  state[5] = state[5]! + f
  state[6] = state[6]! + g
  state[7] = state[7]! + h
}

/** One by one, in plain JavaScript. */
export const manyInJavaScript: Sha256Many = (messages, stride, length, count, digests) => {
  const blocks = blocksOf(length)
  const padded = new Uint8Array(blocks * blockBytes)
  pad(padded, 0, length, blocks)
  for (let i = 0; i < count; i++) {
    const from = i * stride
    for (let k = 0; k < length; k++) padded[k] = messages[from + k]!
    state.set(start)
    for (let block = 0; block < blocks; block++) compress(padded, block * blockBytes)
    for (let k = 0; k < 8; k++) writeU32(digests, i * 32 + k * 4, state[k]!)
  }
}

/** The quickest there is on this platform. Each keeps a memory of its own of 320 KiB. Messages are of 64 KiB at most. */
export const makeBatchSha256 = (): Sha256Many => {
  const lanes = makeSha256Lanes(messagesBytes + digestsBytes)
  return lanes === undefined ? manyInJavaScript : manyByLanes(lanes)
}

let batch: Sha256Many | undefined

/** For browsers: what `nobleSha256` does, and many at once the quickest way that the platform has. */
export const fastSha256: Sha256 = Object.assign((message: Uint8Array) => nobleSha256(message), {
  // made when it is first needed: a page that verifies nothing compiles nothing
  many: ((messages, stride, length, count, digests) => {
    batch ??= makeBatchSha256()
    batch(messages, stride, length, count, digests)
  }) satisfies Sha256Many
})
