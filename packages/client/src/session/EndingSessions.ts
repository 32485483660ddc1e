/**
 * Sessions that were left on this device and that the server may not have ended yet: their refresh tokens, told to it again when the device
 * is online. With a session its push notifications end.
 */
import { isClientError } from "../Errors.ts"
import { readKept } from "../KeptList.ts"
import type { KeyValueStorage, LockPort } from "../Ports.ts"

const name = "ddd.ending"
/** So many are kept, the newest; one that is dropped ends by itself, when it is unused for long enough. */
const endingMax = 16

const isText = (json: unknown): json is string => typeof json === "string"

export class EndingSessions {
  readonly #storage: KeyValueStorage
  readonly #lock: LockPort
  readonly #end: (refreshToken: string) => Promise<unknown>

  /** `end` tells the server; rejects with a `ClientError` alone. */
  constructor(storage: KeyValueStorage, lock: LockPort, end: (refreshToken: string) => Promise<unknown>) {
    this.#storage = storage
    this.#lock = lock
    this.#end = end
  }

  /** Ends the session of a token; gives whether the server knows. Otherwise `retry` tells it, where the token can be kept. */
  async end(refreshToken: string): Promise<boolean> {
    await this.#change((kept) => [...kept, refreshToken].slice(-endingMax))
    return await this.#tell(refreshToken)
  }

  /** Tells the server of all that are kept, until it cannot be reached. */
  async retry(): Promise<void> {
    for (const refreshToken of await readKept(this.#storage, name, isText).catch(() => [])) {
      if (!(await this.#tell(refreshToken))) return
    }
  }

  async #tell(refreshToken: string): Promise<boolean> {
    try {
      await this.#end(refreshToken)
    } catch (error) {
      if (!isClientError(error)) throw error
      // what the server refuses it would refuse again
      if (error.code !== "invalid_request") return false
    }
    await this.#change((kept) => kept.filter((each) => each !== refreshToken))
    return true
  }

  /** Where the storage fails, nothing is kept: the session ends now or by itself. */
  async #change(next: (kept: ReadonlyArray<string>) => ReadonlyArray<string>): Promise<void> {
    try {
      await this.#lock.hold(name, async () => {
        const changed = next(await readKept(this.#storage, name, isText))
        await (changed.length === 0
          ? this.#storage.removeItem(name)
          : this.#storage.setItem(name, JSON.stringify(changed)))
      })
    } catch {
      // as above
    }
  }
}
