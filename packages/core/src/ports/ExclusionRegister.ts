/** Port: a register of people who have asked to be excluded everywhere, such as a nation's. */
import { Context, type Effect } from "effect"
import type { Instant } from "../values/Instant.ts"
import type { Unavailable } from "./Unavailable.ts"

/** What is known of a person here. Most registers go by name, birth date and postal address: they need what an identity check learns. */
export interface RegisteredPerson {
  readonly email: string
}

export interface ExclusionRegisterService {
  /** Until when the person is excluded; null: they are not listed. */
  readonly excludedUntil: (person: RegisteredPerson) => Effect.Effect<Instant | null, Unavailable>
}

/** Null: no register is asked. None is built in. */
export const ExclusionRegister = Context.Reference<ExclusionRegisterService | null>(
  "@ddd/core/ports/ExclusionRegister",
  { defaultValue: () => null }
)
