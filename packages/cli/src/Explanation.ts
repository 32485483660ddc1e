/** What a failure is called on a terminal: what happened and what to do, never a stack. */
import { visible } from "@ddd/core/values/Visible"
import { Cause } from "effect"
import { SqlError } from "effect/sql"
import { withCallable } from "./Invocation.ts"
import { tagOf } from "./TagOf.ts"

const hasMessage = (error: unknown): error is { readonly message: string } =>
  typeof error === "object" && error !== null && "message" in error && typeof error.message === "string"

const capitalised = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`

const isUnreachable = ({ reason }: SqlError.SqlError): boolean =>
  reason._tag === "ConnectionError" || reason._tag === "AuthenticationError"

const ofError = (error: unknown): string => {
  if (SqlError.isSqlError(error)) {
    const { cause, message } = error.reason
    const why = hasMessage(cause) && cause.message !== "" ? cause.message : message
    return isUnreachable(error)
      ? `The database cannot be reached: ${visible(why)}. Check that it runs, and DATABASE_URL.`
      : `The database refused: ${visible(why)}.`
  }
  return hasMessage(error) && error.message !== "" ? capitalised(error.message) : String(error)
}

/** `no_such_user` for `NoSuchUser`. */
export const codeOfTag = (tag: string): string =>
  tag.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase()

/** What went wrong, where it was more than an interrupt. */
const reasonOf = (cause: Cause.Cause<unknown>) => cause.reasons.find((each) => !Cause.isInterruptReason(each))

/** What a failure is called by programs (docs/operations/commands.md). */
export const codeOf = (cause: Cause.Cause<unknown>): string => {
  const reason = reasonOf(cause)
  if (reason === undefined || !Cause.isFailReason(reason)) return "unexpected"
  const { error } = reason
  if (SqlError.isSqlError(error)) return isUnreachable(error) ? "database_unreachable" : "database_refused"
  const tag = tagOf(error)
  return tag === undefined ? "unexpected" : codeOfTag(tag)
}

/** A failure in a line or two; a defect says that it is one. */
export const explain = (cause: Cause.Cause<unknown>): string => {
  const reason = reasonOf(cause)
  if (reason === undefined) return "It was interrupted."
  if (Cause.isFailReason(reason)) return withCallable(ofError(reason.error))
  return `Something went wrong that this program did not expect: ${visible(ofError(Cause.squash(cause)))}\n` +
    "LOG_LEVEL=debug shows where."
}
