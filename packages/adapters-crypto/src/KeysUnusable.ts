/** Why a key given by the environment cannot be used. */
import { Data } from "effect"

/** `variable` is the name of the variable, `reason` completes "…: "; neither holds anything of a secret. */
export class KeysUnusable extends Data.TaggedError("KeysUnusable")<{
  readonly variable: string
  readonly reason: string
}> {
  override get message() {
    return `${this.variable}: ${this.reason}`
  }
}
