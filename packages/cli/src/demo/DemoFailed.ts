/** The demo could not go on: something answered otherwise than it must. */
import { Data } from "effect"

export class DemoFailed extends Data.TaggedError("DemoFailed")<{ readonly message: string }> {}
