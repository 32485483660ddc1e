/** A list that is kept on the device, as JSON. */
import { DddError } from "./Errors.ts"
import { parseJson } from "./http/Transport.ts"
import type { KeyValueStorage } from "./Ports.ts"

/** What is kept under a name, without what is not of its kind; rejects with `storage`. */
export const readKept = async <A>(
  storage: KeyValueStorage,
  name: string,
  is: (json: unknown) => json is A
): Promise<ReadonlyArray<A>> => {
  try {
    const json = parseJson(await storage.getItem(name) ?? "[]")
    return Array.isArray(json) ? json.filter(is) : []
  } catch (cause) {
    throw new DddError("storage", "The device's storage cannot be read.", { cause })
  }
}
