/**
 * The server's time, which decides when a draw closes, whatever this device's clock says.
 *
 * It goes on by the device's steady clock, which nobody sets; each time that the server tells replaces the last.
 */
export class ServerClock {
  #told: { readonly server: number; readonly steady: number } | undefined

  /** The server said that it is `millis`, `ago` milliseconds ago. */
  set(millis: number, ago = 0): void {
    this.#told = { server: millis, steady: performance.now() - ago }
  }

  /** Whether the server has said what time it is. */
  get isSet(): boolean {
    return this.#told !== undefined
  }

  /** The server's time, in milliseconds since the Unix epoch; the device's until the server has said it. */
  now(): number {
    return this.#told === undefined ? Date.now() : this.#told.server + performance.now() - this.#told.steady
  }
}
