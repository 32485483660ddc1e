/** How headers of one name become one, the same on every engine. */
import type { Problem } from "../problems/Problem.ts"
import { keyHeader } from "../requests/Idempotency.ts"
import { keyRepeated, malformed } from "./Refusal.ts"

/** Of these only the first counts, as with Node: two readers could choose differently. */
const single: ReadonlySet<string> = new Set(["authorization", "content-type", "user-agent", "referer", "origin"])

const hostRepeated = malformed("A request names one Host.")

/** Headers by their names in lower case. */
export type HeaderFields = Record<string, string>

/** None yet; without a prototype, so that no name is taken for a member of objects. */
export const noFields = (): HeaderFields => Object.create(null)

/** Adds one, whose `name` is in lower case. Gives why the request is not served, where it may stand once and stood before. */
export const addField = (fields: HeaderFields, name: string, value: string): Problem | undefined => {
  const before = fields[name]
  if (before === undefined) fields[name] = value
  else if (name === "host") return hostRepeated
  else if (name === keyHeader) return keyRepeated
  else if (!single.has(name)) fields[name] = `${before}${name === "cookie" ? "; " : ", "}${value}`
  return undefined
}
