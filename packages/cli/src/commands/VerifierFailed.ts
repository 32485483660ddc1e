/** What the verifier cannot do: options that cannot be read, a folder that cannot be written. */
import { Data } from "effect"

export class VerifierFailed extends Data.TaggedError("VerifierFailed")<{
  readonly message: string
  readonly cause: unknown
}> {}

export const verifierFailed = (cause: unknown): VerifierFailed =>
  new VerifierFailed({ message: cause instanceof Error ? cause.message : String(cause), cause })
