/** The list of requests on the device, which all tabs share. */
import { DddError, isClientError } from "../Errors.ts"
import { at } from "../http/Transport.ts"
import { readKept } from "../KeptList.ts"
import type { KeyValueStorage, LockPort } from "../Ports.ts"
import type { Kind, Unsettled } from "./Kinds.ts"

const name = "ddd.requests"
/** No more are kept; a further one is not sent. */
const requestsMax = 64

const kinds: ReadonlyArray<unknown> = ["ticket", "roomTicket", "withdrawal", "checkout"] satisfies ReadonlyArray<Kind>

/** Whether this version of the app wrote it, or one that knew no more. */
const isUnsettled = (json: unknown): json is Unsettled => {
  const [kind, input] = [at(json, "kind"), at(json, "input")]
  return kinds.includes(kind) && typeof input === "object" && input !== null &&
    typeof at(json, "key") === "string" && typeof at(json, "userId") === "string" &&
    typeof at(json, "askedAt") === "number"
}

export class RequestList {
  readonly #storage: KeyValueStorage
  readonly #lock: LockPort
  /** Keys whose answer is known though the storage still holds them. */
  readonly #known = new Set<string>()

  constructor(storage: KeyValueStorage, lock: LockPort) {
    this.#storage = storage
    this.#lock = lock
  }

  /** All that are kept, oldest first. */
  async read(): Promise<ReadonlyArray<Unsettled>> {
    return (await readKept(this.#storage, name, isUnsettled)).filter(({ key }) => !this.#known.has(key))
  }

  async has(key: string): Promise<boolean> {
    return (await this.read()).some((each) => each.key === key)
  }

  /** Takes one of the list, or a new one, which is kept before this resolves. Rejects with `unsettled` where the list is full. */
  change<Chosen extends { readonly isNew: boolean; readonly request: Unsettled }>(
    choose: (kept: ReadonlyArray<Unsettled>) => Chosen
  ): Promise<Chosen> {
    return this.#lock.hold(name, async () => {
      const kept = await this.read()
      const chosen = choose(kept)
      if (!chosen.isNew) return chosen
      if (kept.length >= requestsMax) {
        throw new DddError("unsettled", `What became of ${kept.length} earlier requests is not known yet.`)
      }
      await this.#write([...kept, chosen.request])
      return chosen
    })
  }

  /**
   * Strikes one off: its answer is known. Where it cannot be, it is asked for once more after a restart, and answered the same; until then nobody
   * here takes it for one that is open.
   */
  async strike(key: string): Promise<void> {
    try {
      await this.#lock.hold(name, async () => this.#write((await this.read()).filter((each) => each.key !== key)))
    } catch (error) {
      if (!isClientError(error)) throw error
      this.#known.add(key)
    }
  }

  async #write(requests: ReadonlyArray<Unsettled>): Promise<void> {
    try {
      await this.#storage.setItem(name, JSON.stringify(requests))
    } catch (cause) {
      throw new DddError("storage", "The request cannot be kept on the device, and was not sent.", { cause })
    }
  }
}
