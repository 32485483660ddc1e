/**
 * Bytes that arrive piece by piece, in one buffer that grows. A list of the pieces would cost a few hundred bytes for each, however small
 * it is, and a client can send one byte at a time.
 */
export class GrowingBytes {
  /** The first piece itself, which is not copied while it is the only one. */
  #buffer: Buffer
  #length: number
  readonly #max: number

  /** `max`: what there will be at most, in bytes. */
  constructor(first: Buffer, max: number) {
    this.#buffer = first
    this.#length = first.length
    this.#max = max
  }

  /** How many bytes have arrived. */
  get length(): number {
    return this.#length
  }

  /** How many bytes there is room for: less than twice as many as arrived. */
  get capacity(): number {
    return this.#buffer.length
  }

  /** `piece`: no more than `max` has room for. */
  append(piece: Buffer): void {
    const length = this.#length + piece.length
    if (length > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(this.#max, 2 * length))
      this.#buffer.copy(larger, 0, 0, this.#length)
      this.#buffer = larger
    }
    piece.copy(this.#buffer, this.#length)
    this.#length = length
  }

  /** All that has arrived. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }
}
