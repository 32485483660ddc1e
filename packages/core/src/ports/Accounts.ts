/** Port: players and their sessions. */
import { Context, Data, Effect, type Redacted, Result } from "effect"
import type { ExportedBy, PersonalExport } from "../accounts/PersonalExport.ts"
import type { ProfileChange } from "../accounts/Profile.ts"
import type { AccountRefusals, EraseReason } from "../accounts/Refusals.ts"
import type { RequestOrigin } from "../accounts/SecurityEvent.ts"
import type { NewSession, SessionId } from "../accounts/Session.ts"
import type { ProvenPassword } from "../accounts/SignIn.ts"
import type { NewUser } from "../accounts/SignUp.ts"
import type { User } from "../accounts/User.ts"
import type { Wallet } from "../money/Wallet.ts"
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import type { KycStatus } from "../values/KycStatus.ts"
import type { OperatorAct } from "../values/OperatorAct.ts"
import type { Unavailable } from "./Unavailable.ts"

/** What a player sees of themselves (docs/api.md, "Profile"). */
export interface Profile extends User {
  readonly wallet: Wallet & { readonly updatedAt: Instant }
  readonly kycStatus: KycStatus
  readonly country: string | null
  /** Whether somebody who checks identities says that the date of birth is so. */
  readonly ageVerified: boolean
}

/** Who signs in: what the store knows of the holder of an address. */
export interface SignInCandidate {
  readonly user: User
  readonly passwordHash: Redacted.Redacted
  /** Frozen accounts cannot sign in. */
  readonly frozen: boolean
}

/** Another player has the address. Nothing was changed. */
export class EmailTaken extends Data.TaggedError("EmailTaken")<{ readonly email: string }> {}
/** Another player has the name. Nothing was changed. */
export class UsernameTaken extends Data.TaggedError("UsernameTaken")<{ readonly username: string }> {}
/** An address was mailed as much as it may be (`mailAllowances`). Nothing was changed; `retryAfter` is in seconds. */
export class TooManyMails extends Data.TaggedError("TooManyMails")<{ readonly retryAfter: number }> {}
/** The password that was proven is not the account's any more, or the account was frozen meanwhile. Nothing was changed. */
export class PasswordOutdated extends Data.TaggedError("PasswordOutdated") {}
/** A mailed token that is unknown, used, or too old. Nothing was changed. */
export class InvalidMailedToken extends Data.TaggedError("InvalidMailedToken") {}
/** A person cannot be erased now. Nothing was changed. */
export class EraseRefused extends Data.TaggedError("EraseRefused")<{
  readonly reasons: ReadonlyArray<EraseReason>
}> {}
/** A player did it `max` times this UTC day, as often as one may (`changesADay`). Nothing was changed; `retryAfter` is in seconds. */
export class TooManyChanges extends Data.TaggedError("TooManyChanges")<{
  readonly max: number
  readonly retryAfter: number
}> {}

/** The error that each refusal of a decision becomes. */
interface AccountErrors {
  readonly EmailTaken: EmailTaken
  readonly UsernameTaken: UsernameTaken
  readonly TooManyMails: TooManyMails
  readonly PasswordOutdated: PasswordOutdated
  readonly InvalidMailedToken: InvalidMailedToken
  readonly EraseRefused: EraseRefused
  readonly TooManyChanges: TooManyChanges
}

const makeError: { readonly [Tag in keyof AccountErrors]: (refusal: AccountRefusals[Tag]) => AccountErrors[Tag] } = {
  EmailTaken: ({ email }) => new EmailTaken({ email }),
  UsernameTaken: ({ username }) => new UsernameTaken({ username }),
  TooManyMails: ({ retryAfter }) => new TooManyMails({ retryAfter }),
  PasswordOutdated: () => new PasswordOutdated(),
  InvalidMailedToken: () => new InvalidMailedToken(),
  EraseRefused: ({ reasons }) => new EraseRefused({ reasons }),
  TooManyChanges: ({ max, retryAfter }) => new TooManyChanges({ max, retryAfter })
}

/** A refusal as this port's error. */
export const accountError = <Tag extends keyof AccountErrors>(
  refusal: AccountRefusals[Tag] & { readonly _tag: Tag }
): AccountErrors[Tag] => makeError[refusal._tag](refusal)

/** What was decided, or its refusal as this port's error. */
export const decided = <A, Tag extends keyof AccountErrors>(
  decision: Result.Result<A, AccountRefusals[Tag] & { readonly _tag: Tag }>
): Effect.Effect<A, AccountErrors[Tag]> =>
  Result.isSuccess(decision) ? Effect.succeed(decision.success) : Effect.fail(accountError<Tag>(decision.failure))

export interface UserSummary extends User {
  readonly frozen: boolean
  readonly erased: boolean
}

/**
 * Every operation that changes an identity writes its security event, and enqueues the mail it causes, in its own transaction.
 * `origin` is where the request came from.
 */
export class Accounts extends Context.Service<Accounts, {
  /**
   * Makes user, empty wallet, personal key and first session together, and enqueues the welcome mail with the link that verifies
   * the address. A mailbox is one account's however it is spelled, a name is unique whatever its case.
   */
  readonly signUp: (
    user: NewUser,
    origin: RequestOrigin
  ) => Effect.Effect<{ readonly user: User; readonly sessionId: string }, EmailTaken | UsernameTaken | Unavailable>
  /** Null for an unknown address, and for the house, which cannot sign in. */
  readonly findForSignIn: (email: string) => Effect.Effect<SignInCandidate | null, Unavailable>
  /**
   * Opens a session by a password; its replacement is a hash of the same one, where the parameters were out of date. Of more than
   * `openSessionsMax` the one that was unused for longest ends.
   */
  readonly openSession: (
    userId: UserId,
    session: NewSession,
    password: ProvenPassword,
    origin: RequestOrigin
  ) => Effect.Effect<{ readonly sessionId: string }, PasswordOutdated | TooManyChanges | Unavailable>
  /** Null for an unknown or erased user. */
  readonly profile: (userId: UserId) => Effect.Effect<Profile | null, Unavailable>
  /** The stored PHC string, for a player who proves their password again; null for an unknown user. */
  readonly passwordHash: (userId: UserId) => Effect.Effect<Redacted.Redacted | null, Unavailable>

  /** Verifies the address that the token was mailed to, and puts it in force where it was a new one. Works once. */
  readonly verifyEmail: (
    tokenHash: string,
    origin: RequestOrigin
  ) => Effect.Effect<User, InvalidMailedToken | EmailTaken | Unavailable>
  /**
   * Mails the verification link again, to the address that waits for it. Nothing where none does, or the address was mailed as much
   * as it may be: the link that it has goes on working.
   */
  readonly askVerification: (userId: UserId, origin: RequestOrigin) => Effect.Effect<void, Unavailable>
  /**
   * Mails a reset link to the holder of the address; an earlier link stops working. Nothing for an unknown address, or one that was
   * mailed as much as it may be: the link that it has goes on working.
   */
  readonly askReset: (email: string, origin: RequestOrigin) => Effect.Effect<void, Unavailable>
  /**
   * Sets a new password by a mailed token, which works once, for 30 minutes; ends every session, and unlinks the payout account. A new
   * address that waits to be verified is forgotten: whoever asked for it may be who the player is getting rid of.
   */
  readonly resetPassword: (
    tokenHash: string,
    passwordHash: Redacted.Redacted,
    origin: RequestOrigin
  ) => Effect.Effect<User, InvalidMailedToken | Unavailable>
  /** Whose reset it would be: for the password rule, before anything is hashed. Null where the token does not work. */
  readonly findForReset: (tokenHash: string) => Effect.Effect<User | null, Unavailable>
  /** Replaces the password and ends every session but `keep`. */
  readonly changePassword: (
    userId: UserId,
    keep: SessionId,
    password: ProvenPassword & { readonly replacement: Redacted.Redacted },
    origin: RequestOrigin
  ) => Effect.Effect<void, PasswordOutdated | TooManyChanges | Unavailable>
  /**
   * Changes the profile. A new address is mailed a link and waits for it; the old one stays in force, and is told. `TooManyMails`:
   * the new one was mailed as much as it may be, or the old one was told of others as often. `PasswordOutdated`: a new address is
   * asked for under a password that is not the account's any more.
   */
  readonly changeProfile: (
    userId: UserId,
    change: ProfileChange,
    origin: RequestOrigin
  ) => Effect.Effect<void, EmailTaken | PasswordOutdated | TooManyChanges | TooManyMails | UsernameTaken | Unavailable>

  /** By id, address or name, in any case; null where there is none. For operators. */
  readonly find: (text: string) => Effect.Effect<UserSummary | null, Unavailable>
  /** Accounts that have had one mailbox since before mailboxes were compared, together, oldest first; at most `limit` mailboxes. */
  readonly sharingMailboxes: (limit: number) => Effect.Effect<ReadonlyArray<ReadonlyArray<UserSummary>>, Unavailable>
  /** A frozen account signs in and buys no more; its sessions end. */
  readonly freeze: (userId: UserId, act: OperatorAct) => Effect.Effect<void, Unavailable>
  readonly unfreeze: (userId: UserId, act: OperatorAct) => Effect.Effect<void, Unavailable>
  /**
   * All that is kept about a player, read while it is taken, a page at a time: no connection waits for whoever reads it. Null for an
   * unknown or erased user.
   */
  readonly export: (
    userId: UserId,
    by: ExportedBy
  ) => Effect.Effect<PersonalExport<Unavailable> | null, TooManyChanges | Unavailable>
  /** Removes everything personal and keeps the books and the proofs valid. For operators. */
  readonly erase: (userId: UserId, act: OperatorAct) => Effect.Effect<void, EraseRefused | Unavailable>
  /** The same for a player who asks for it; `verified` is the stored hash that their password was checked against. */
  readonly eraseSelf: (
    userId: UserId,
    verified: Redacted.Redacted
  ) => Effect.Effect<void, EraseRefused | PasswordOutdated | Unavailable>
}>()("@ddd/core/ports/Accounts") {}
