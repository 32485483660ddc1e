/** What is found of all draws of a server. */
import type { Verdict } from "@ddd/core/proof/Verdict"
import type { Day } from "@ddd/core/values/Instant"
import { type ExitCode, holds, refuted, unreadable } from "../ExitCode.ts"
import type { MissingDraw } from "./Chain.ts"

/** A draw, and what was found. */
export interface CheckedDraw {
  readonly day: Day
  /** As its lock record says; null where there is none. */
  readonly entries: number | null
  /** The verdict on its bundle. */
  readonly verdict: Verdict["verdict"]
  readonly exit: Verdict["exit"]
  /** What is wrong with the draw beside its bundle, and what failed in that: whole sentences. */
  readonly problems: ReadonlyArray<string>
}

export interface AllReport {
  /** Oldest first. */
  readonly draws: ReadonlyArray<CheckedDraw>
  readonly missing: ReadonlyArray<MissingDraw>
  /** What is wrong with what the server tells, beside any one draw. */
  readonly problems: ReadonlyArray<string>
}

/** Whether a draw does not hold: its bundle is invalid, or valid and contradicted by what the server tells beside it. */
export const isInvalid = ({ exit, problems }: CheckedDraw): boolean => exit === 1 || (exit === 0 && problems.length > 0)

/** The exit code that the report comes to. */
export const exitOf = ({ draws, missing, problems }: AllReport): ExitCode => {
  if (missing.length > 0 || problems.length > 0 || draws.some(isInvalid)) return refuted
  return draws.some(({ exit }) => exit === unreadable) ? unreadable : holds
}
