/** A player, and what decisions about their account read of it. */
import type { Redacted } from "effect"
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import { isPlayer } from "../values/Player.ts"

/** A player (docs/api.md, "User"). */
export interface User {
  readonly id: UserId
  readonly email: string
  readonly username: string
  readonly emailVerified: boolean
  readonly createdAt: Instant
}

/** An account as it stands. Decisions are given it as it was read under the lock on its user's row. */
export interface Account {
  readonly user: User
  /** The stored PHC string; null where there is none. */
  readonly passwordHash: Redacted.Redacted | null
  /** Frozen accounts sign in and buy no more. */
  readonly frozen: boolean
  readonly erased: boolean
}

/** The account of a player; null for any other. */
export const playersAccount = (account: Account | null): Account | null =>
  account !== null && isPlayer({ userId: account.user.id, isErased: account.erased }) ? account : null
