/**
 * SHA-256 (FIPS 180-4) of four messages at a time, as a WebAssembly module that is put together here.
 *
 * The four lanes of a vector hold one word of four messages, so that one instruction works on all of them: for the millions
 * of short messages of a ticket tree this is quicker than a call of the platform's own hash for each, and it is there in
 * browsers too. The module is written out instruction by instruction, so that there is its source and no binary to trust.
 */

/** The part of the platform's WebAssembly that is used here: this package has no types of a browser. */
interface WasmMemory {
  readonly buffer: ArrayBuffer
}
interface WasmPlatform {
  readonly Module: new(bytes: Uint8Array) => object
  readonly Instance: new(module: object, imports: object) => { readonly exports: object }
  readonly Memory: new(limits: { readonly initial: number; readonly maximum: number }) => WasmMemory
}

/** A module in its memory. */
export interface Sha256Lanes {
  /** Messages are written here, padded. */
  readonly bytes: Uint8Array
  /**
   * Hashes `groups` × 4 padded messages of `blocks` × 64 bytes each, one after the other from address 0, and writes their digests one
   * after the other at `digestsAt`.
   */
  readonly hash: (blocks: number, groups: number, digestsAt: number) => void
}

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, section 4.2.2). */
// dprint-ignore
export const roundConstants = Uint32Array.of(
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
)

/** Of the square roots of the first eight (section 5.3.3). */
// dprint-ignore
export const initialState = Uint32Array.of(
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
)

const leb = (value: number): ReadonlyArray<number> =>
  value < 0x80 ? [value] : [value & 0x7f | 0x80, ...leb(value >>> 7)]

/** A signed number of i32.const. */
const signedLeb = (value: number): ReadonlyArray<number> =>
  value >= -64 && value < 64 ? [value & 0x7f] : [value & 0x7f | 0x80, ...signedLeb(value >> 7)]

const sized = (bytes: ReadonlyArray<number>): ReadonlyArray<number> => [...leb(bytes.length), ...bytes]
const section = (id: number, ...items: ReadonlyArray<ReadonlyArray<number>>): ReadonlyArray<number> => [
  id,
  ...sized([...leb(items.length), ...items.flat()])
]
const named = (name: string): ReadonlyArray<number> => sized([...name].map((letter) => letter.charCodeAt(0)))

type Code = ReadonlyArray<number>

const i32 = 0x7f
const v128 = 0x7b

// Instructions (WebAssembly core specification, section 5.4)
const get = (local: number): Code => [0x20, ...leb(local)]
const set = (local: number): Code => [0x21, ...leb(local)]
const tee = (local: number): Code => [0x22, ...leb(local)]
const constant = (value: number): Code => [0x41, ...signedLeb(value)]
const addI32: Code = [0x6a]
const subI32: Code = [0x6b]
const mulI32: Code = [0x6c]
const vector = (op: number): Code => [0xfd, ...leb(op)]
/** Of 16 bytes, wherever they lie. */
const load = (offset: number): Code => [...vector(0x00), 0, ...leb(offset)]
const store = (offset: number): Code => [...vector(0x0b), 0, ...leb(offset)]
const word = (value: number): Code => [value & 0xff, value >>> 8 & 0xff, value >>> 16 & 0xff, value >>> 24]
/** One word in every lane. */
const splat = (value: number): Code => [...vector(0x0c), ...word(value), ...word(value), ...word(value), ...word(value)]
/** Sixteen bytes of the thirty-two of two vectors. */
const shuffle = (...bytes: ReadonlyArray<number>): Code => [...vector(0x0d), ...bytes]
const and: Code = vector(0x4e)
const xor: Code = vector(0x51)
const shiftLeft = (count: number): Code => [...constant(count), ...vector(0xab)]
const shiftRight = (count: number): Code => [...constant(count), ...vector(0xad)]
const add: Code = vector(0xae)
/** Does `body` again as long as it leaves something other than 0. */
const loop = (body: Code): Code => [0x03, 0x40, ...body, 0x0d, 0, 0x0b]
const code = (...parts: ReadonlyArray<Code>): Code => parts.flat()

// The parameters
const [blocks, groups, digestsAt] = [0, 1, 2]
// i32: where the block at hand of each of the four messages lies, and how many blocks are left
const messages = [3, 4, 5, 6] as const
const blocksLeft = 7
// v128: state before the block, working variables, the last sixteen words of the schedule, and three for the moment
const saved = 8
const working = 16
const schedule = 24
const [t1, t2, differs] = [40, 41, 42]
const [intCount, vectorCount] = [5, 35]

type Quartet = readonly [number, number, number, number]
/** Four locals, one after the other. */
const quartet = (first: number): Quartet => [first, first + 1, first + 2, first + 3]
const eight = [0, 1, 2, 3, 4, 5, 6, 7] as const

/** x ⋙ a ⊕ x ⋙ b ⊕ (x ⋙ c, or x ≫ c) of the vector in a local. */
const mix = (x: number, a: number, b: number, c: number, last: "rotated" | "shifted"): Code => {
  const shifted = (count: number) => code(get(x), shiftRight(count))
  const rotated = (count: number) => code(shifted(count), get(x), shiftLeft(32 - count), xor)
  return code(rotated(a), rotated(b), xor, last === "rotated" ? rotated(c) : shifted(c), xor)
}

/** A local's words from big-endian to little-endian, or back. */
const swapped = (x: number): Code => code(get(x), get(x), shuffle(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12))
/** Of two vectors the first halves, or the second, word by word in turn; or their halves joined. */
const zipLow: Code = shuffle(0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23)
const zipHigh: Code = shuffle(8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31)
const joinLow: Code = shuffle(0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
const joinHigh: Code = shuffle(8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31)

/** Rows of four words to columns: four words of each message to one word of all, and back. */
// dprint-ignore
const transpose = ([a, b, c, d]: Quartet): Code => code(
  get(a), get(b), zipLow, set(t1),
  get(c), get(d), zipLow, set(t2),
  get(a), get(b), zipHigh, set(differs),
  get(c), get(d), zipHigh, set(d),
  get(t1), get(t2), joinLow, set(a),
  get(t1), get(t2), joinHigh, set(b),
  get(differs), get(d), joinLow, set(c),
  get(differs), get(d), joinHigh, set(d)
)

/** The sixteen words of a block of each message into the schedule. */
const loadBlock = (): Code =>
  code(...[0, 1, 2, 3].map((quarter) => {
    const rows = quartet(schedule + quarter * 4)
    const loaded = rows.map((row, i) => code(get(messages[i]!), load(quarter * 16), set(row), swapped(row), set(row)))
    return code(...loaded, transpose(rows))
  }))

/** w[t] = σ1(w[t − 2]) + w[t − 7] + σ0(w[t − 15]) + w[t − 16], in the place of w[t − 16]. */
const extend = (t: number): Code => {
  const w = (back: number) => schedule + ((t - back) & 15)
  const [sigma1, sigma0] = [mix(w(2), 17, 19, 10, "shifted"), mix(w(15), 7, 18, 3, "shifted")]
  return code(sigma1, get(w(7)), add, sigma0, add, get(w(16)), add, set(w(16)))
}

/** A round (section 6.2.2, step 3). Instead of moving eight variables, the next round calls them differently. */
const round = (t: number): Code => {
  const variable = (i: number) => working + ((i - t) & 7)
  const [a, b, d, e, f, g, h] = [0, 1, 3, 4, 5, 6, 7].map(variable) as Octet
  const choose = code(get(f), get(g), xor, get(e), and, get(g), xor)
  // Maj(a, b, c) = ((a ⊕ b) ∧ (b ⊕ c)) ⊕ b, where b ⊕ c is what a ⊕ b was a round ago
  const majority = code(get(a), get(b), xor, tee(t2), get(differs), and, get(b), xor)
  // dprint-ignore
  return code(
    t < 16 ? [] : extend(t),
    // T1 = h + Σ1(e) + Ch(e, f, g) + K + w
    get(h), mix(e, 6, 11, 25, "rotated"), add, choose, add,
    get(schedule + (t & 15)), splat(roundConstants[t]!), add, add, set(t1),
    // What is e in the next round: d + T1; what is a: T1 + Σ0(a) + Maj(a, b, c)
    get(d), get(t1), add, set(d),
    majority, mix(a, 2, 13, 22, "rotated"), add, get(t1), add, set(h),
    get(t2), set(differs)
  )
}
type Octet = [number, number, number, number, number, number, number]

const compress = (): Code =>
  code(
    loadBlock(),
    ...eight.map((i) => code(get(saved + i), set(working + i))),
    code(get(working + 1), get(working + 2), xor, set(differs)),
    ...Array.from({ length: 64 }, (_, t) => round(t)),
    ...eight.map((i) => code(get(saved + i), get(working + i), add, set(saved + i)))
  )

/** The digests of four messages: state words 0 to 3 and 4 to 7 of each, big-endian. */
const storeDigests = (): Code =>
  code(...[0, 4].map((half) => {
    const rows = quartet(saved + half)
    const stored = rows.map((row, i) => code(get(digestsAt), swapped(row), store(i * 32 + half * 4)))
    return code(transpose(rows), ...stored)
  }))

const advance = (local: number, by: Code): Code => code(get(local), by, addI32, set(local))
/** Leaves the number in a local, less one. */
const countDown = (local: number): Code => code(get(local), constant(1), subI32, tee(local))
/** So many messages, in bytes. */
const bytesOf = (count: number): Code => code(get(blocks), constant(count * 64), mulI32)

const body = (): Code =>
  code(
    // Messages lie one after the other, from address 0
    ...messages.map((at, i) => code(bytesOf(i), set(at))),
    loop(code(
      ...eight.map((i) => code(splat(initialState[i]!), set(saved + i))),
      code(get(blocks), set(blocksLeft)),
      loop(code(
        compress(),
        ...messages.map((at) => advance(at, constant(64))),
        countDown(blocksLeft)
      )),
      storeDigests(),
      advance(digestsAt, constant(4 * 32)),
      // Each is at the end of its message now; the next one of its lane begins behind the three of the others
      ...messages.map((at) => advance(at, bytesOf(3))),
      countDown(groups)
    )),
    [0x0b]
  )

/** "\0asm", version 1. */
const magic: Code = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]

const moduleBytes = (): Uint8Array =>
  Uint8Array.from([
    ...magic,
    ...section(1, [0x60, ...sized([i32, i32, i32]), 0]),
    ...section(2, [...named("m"), ...named("m"), 0x02, 0x00, ...leb(1)]),
    ...section(3, [0]),
    ...section(7, [...named("hash"), 0x00, 0]),
    ...section(10, sized([2, ...leb(intCount), i32, ...leb(vectorCount), v128, ...body()]))
  ])

const pageBytes = 65_536

/** A module with a memory of its own of `length` bytes; undefined where the platform has no WebAssembly with vectors, or forbids it. */
export const makeSha256Lanes = (length: number): Sha256Lanes | undefined => {
  // oxlint-disable-next-line no-restricted-globals -- asks what the platform can, and does without it
  const platform: WasmPlatform | undefined = Reflect.get(globalThis, "WebAssembly")
  if (platform === undefined) return undefined
  try {
    const pages = Math.ceil(length / pageBytes)
    const memory = new platform.Memory({ initial: pages, maximum: pages })
    const { exports } = new platform.Instance(new platform.Module(moduleBytes()), { m: { m: memory } })
    return { bytes: new Uint8Array(memory.buffer), hash: Reflect.get(exports, "hash") }
  } catch {
    // no vectors, or a page's policy that does not allow WebAssembly
    return undefined
  }
}
