/** Error of ports that move money by hand: another operator is asked first. */
import { Data } from "effect"

/** It is above what one operator moves alone: it waits for another, and nothing moved. `isSame` false: something else waits under its reference. */
export class ApprovalRequired extends Data.TaggedError("ApprovalRequired")<{
  readonly approvalId: string
  readonly isSame: boolean
}> {}
