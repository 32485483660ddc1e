/** What the app says of an error: what happened, and what to do. */
import { type ClientError, isClientError } from "@ddd/client"
import type { Text } from "./Language.tsx"

/** Codes after which whoever helps wants to know which request it was. */
const puzzling: ReadonlySet<string> = new Set([
  "internal",
  "unreadable",
  "idempotency_key_reused",
  "reference_conflict"
])

const fieldOf = (t: Text["t"], path: string): string => {
  const name = path.split(".").at(-1) ?? ""
  return Object.hasOwn(t.fields, name) ? Reflect.get(t.fields, name) : t.fields.other
}

const reasonOf = (t: Text["t"], reason: string): string =>
  Object.hasOwn(t.data.reasons, reason) ? Reflect.get(t.data.reasons, reason) : t.data.reasons.other

const sentencesOf = ({ code, errors, reasons, requestId, retryAfter, until }: ClientError, text: Text) => {
  const { count, t, time } = text
  const first = code === "invalid_request" && errors.length > 0
    ? errors.map(({ path }) => fieldOf(t, path))
    : [t.errors[code]]
  return [
    ...first,
    ...reasons.map(({ reason }) => reasonOf(t, reason)),
    ...until === null ? [] : [t.untilTime(time(until))],
    ...code === "rate_limited" && retryAfter !== null ? [t.waitSeconds(count(retryAfter))] : [],
    ...puzzling.has(code) && requestId !== null ? [t.reference(requestId)] : []
  ]
}

/** The sentences, joined; of anything that is no error of the client's, that it is our fault. */
export const problemText = (error: unknown, text: Text): string =>
  isClientError(error) ? [...new Set(sentencesOf(error, text))].join(" ") : text.t.errors.internal
