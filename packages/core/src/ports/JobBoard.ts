/** Port: the jobs, as operators see them. */
import { Context, type Effect } from "effect"
import type { Instant } from "../values/Instant.ts"
import type { OperatorAct } from "../values/OperatorAct.ts"
import type { Page, PageRequest } from "../values/Page.ts"
import type { Unavailable } from "./Unavailable.ts"

/** `failed`: given up, a dead letter, until somebody has it tried again. */
export const jobStates = ["pending", "completed", "failed"] as const
export type JobState = typeof jobStates[number]

export interface JobEntry {
  readonly id: string
  readonly queue: string
  /** What is to be done: the tag of the job. */
  readonly kind: string
  /** What it is about: the job's other fields, as JSON. */
  readonly about: string
  readonly state: JobState
  readonly attempts: number
  /** Why the latest attempt failed; it names no address. */
  readonly lastFailure: string | null
  readonly createdAt: Instant
  /** When it is tried next; of a pending one. */
  readonly dueAt: Instant | null
}

export class JobBoard extends Context.Service<JobBoard, {
  /** Newest first; the cursor is opaque. */
  readonly list: (state: JobState | null, page: PageRequest) => Effect.Effect<Page<JobEntry>, Unavailable>
  /** Has failed jobs tried again from the first attempt on: those of that id, or all; gives how many. */
  readonly retry: (id: string | null, act: OperatorAct) => Effect.Effect<number, Unavailable>
}>()("@ddd/core/ports/JobBoard") {}
