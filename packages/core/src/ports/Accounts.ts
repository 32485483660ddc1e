/** Port: players and their sessions. */
import { Context, Data, type Effect, type Redacted } from "effect"
import type { UserId } from "../Ids.ts"
import type { Instant } from "../Instant.ts"
import type { Wallet } from "../Wallet.ts"
import type { Unavailable } from "./Unavailable.ts"

/** A player (API.md, "User"). */
export interface User {
  readonly id: UserId
  readonly email: string
  readonly username: string
  readonly emailVerified: boolean
  readonly createdAt: Instant
}

export type KycStatus = "none" | "pending" | "verified" | "rejected"

/** What a player sees of themselves (API.md, "Profile"). */
export interface Profile extends User {
  readonly wallet: Wallet & { readonly updatedAt: Instant }
  readonly kycStatus: KycStatus
  readonly country: string | null
}

/** A session to be opened: a family of refresh tokens, of which only hashes are stored. */
export interface NewSession {
  /** Hex SHA-256 of the first refresh token. */
  readonly refreshTokenHash: string
  readonly userAgent: string | null
}

export interface NewUser {
  readonly email: string
  readonly username: string
  /** A PHC string. */
  readonly passwordHash: Redacted.Redacted
  readonly session: NewSession
}

/** Who signs in: what the store knows of the holder of an address. */
export interface SignInCandidate {
  readonly user: User
  readonly passwordHash: Redacted.Redacted
  /** Frozen accounts cannot sign in. */
  readonly frozen: boolean
}

export class EmailTaken extends Data.TaggedError("EmailTaken")<{ readonly email: string }> {}
export class UsernameTaken extends Data.TaggedError("UsernameTaken")<{ readonly username: string }> {}

export class Accounts extends Context.Service<Accounts, {
  /** Makes user, empty wallet and first session together. Address and name are unique whatever their case. */
  readonly signUp: (
    user: NewUser
  ) => Effect.Effect<
    { readonly user: User; readonly sessionId: string },
    EmailTaken | UsernameTaken | Unavailable
  >
  /** Null for an unknown address, and for the house, which cannot sign in. */
  readonly findForSignIn: (email: string) => Effect.Effect<SignInCandidate | null, Unavailable>
  /** Opens a session; `passwordHash`, where given, replaces the stored one (its parameters were out of date). */
  readonly openSession: (
    userId: UserId,
    session: NewSession,
    passwordHash: Redacted.Redacted | null
  ) => Effect.Effect<{ readonly sessionId: string }, Unavailable>
  /** Null for an unknown user. */
  readonly profile: (userId: UserId) => Effect.Effect<Profile | null, Unavailable>
}>()("@ddd/core/ports/Accounts") {}
