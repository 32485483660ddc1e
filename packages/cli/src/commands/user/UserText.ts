/** Players as operators see them: whom a command means, as JSON, and in columns. */
import type { SecurityEvent } from "@ddd/core/accounts/SecurityEvent"
import type { Session } from "@ddd/core/accounts/Session"
import { formatCents } from "@ddd/core/money/Money"
import type { PayoutAccount } from "@ddd/core/money/PayoutAccount"
import type { WalletView } from "@ddd/core/money/Withdrawable"
import { Accounts, type Profile, type UserSummary } from "@ddd/core/ports/Accounts"
import { houseUserId } from "@ddd/core/values/Ids"
import { formatInstant, formatInstantOrNull } from "@ddd/core/values/Instant"
import { visible, visibleData } from "@ddd/core/values/Visible"
import { Data, Effect } from "effect"
import { style } from "../../terminal/Output.ts"
import { aligned, fitted } from "../../terminal/Table.ts"

/** There is no such player. */
export class NoSuchUser extends Data.TaggedError("NoSuchUser")<{ readonly message: string }> {}

/** The player that an operator names by id, address or name. */
export const findUser = Effect.fnUntraced(function*(who: string) {
  const user = yield* (yield* Accounts).find(who)
  if (user?.id === houseUserId) {
    return yield* new NoSuchUser({ message: "The house is no player: `ddd report accounts` tells what it holds." })
  }
  return user ??
    (yield* new NoSuchUser({ message: `There is no player ${visible(who)}: give an id, an e-mail address or a name.` }))
})

/** The same, who is not erased. */
export const findPlayer = Effect.fnUntraced(function*(who: string) {
  const user = yield* findUser(who)
  return user.erased ? yield* new NoSuchUser({ message: `The player ${user.id} is erased.` }) : user
})

/** A player, as JSON. */
export const userJson = (user: UserSummary) => ({ ...user, createdAt: formatInstant(user.createdAt) })

/** A profile, with the wallet as its player sees it. */
export interface ShownProfile extends Omit<Profile, "wallet"> {
  readonly wallet: WalletView
}

/** What of a profile a summary lacks, as JSON. */
export const profileJson = ({ ageVerified, country, kycStatus, wallet }: ShownProfile) => ({
  kycStatus,
  country,
  ageVerified,
  wallet: {
    balance: formatCents(wallet.balance),
    withdrawable: formatCents(wallet.withdrawable),
    maturing: formatCents(wallet.maturing),
    maturesAt: formatInstantOrNull(wallet.maturesAt),
    awaitingIdentity: formatCents(wallet.awaitingIdentity),
    pendingWithdrawal: formatCents(wallet.pendingWithdrawal),
    debt: formatCents(wallet.debt),
    updatedAt: formatInstant(wallet.updatedAt)
  }
})

export const eventJson = (event: SecurityEvent) => ({ ...event, at: formatInstant(event.at) })

export const sessionJson = (session: Session) => ({
  ...session,
  createdAt: formatInstant(session.createdAt),
  lastUsedAt: formatInstant(session.lastUsedAt)
})

/** `ann (019a…)`: who was meant, for the last word of a command. */
export const nameOf = ({ id, username }: UserSummary): string => `${style.bold(visible(username))} (${id})`

const stateText = ({ erased, frozen }: UserSummary): string =>
  erased ? style.red("erased") : frozen ? style.red("frozen") : style.green("active")

/** One player at length; `details` is null once erased, `payout` where there is no payout account. */
export const userText = (summary: UserSummary, details: ShownProfile | null, payout: PayoutAccount | null): string => {
  const [user, profile, account] = [visibleData(summary), visibleData(details), visibleData(payout)]
  const line = (name: string, value: string) => [style.dim(name), value]
  return aligned([
    line("user", user.id),
    line("name", user.username),
    line("address", `${user.email} ${style.dim(user.emailVerified ? "verified" : "not verified")}`),
    line("state", stateText(user)),
    line("since", formatInstant(user.createdAt)),
    ...profile === null ? [] : [
      line("balance", `$${formatCents(profile.wallet.balance)}`),
      line("withdrawable", `$${formatCents(profile.wallet.withdrawable)}`),
      ...profile.wallet.maturesAt === null ? [] : [
        line(
          "maturing",
          `$${formatCents(profile.wallet.maturing)} ${style.dim(`until ${formatInstant(profile.wallet.maturesAt)}`)}`
        )
      ],
      ...profile.wallet.awaitingIdentity === 0n ? [] : [
        line("awaiting identity", `$${formatCents(profile.wallet.awaitingIdentity)} ${style.dim("until verified")}`)
      ],
      line("on its way out", `$${formatCents(profile.wallet.pendingWithdrawal)}`),
      ...profile.wallet.debt === 0n ? [] : [line("owes", style.red(`$${formatCents(profile.wallet.debt)}`))],
      line("payout account", account === null ? "none" : `${account.status} ${style.dim(account.account)}`),
      line("country", profile.country ?? "not known"),
      line("identity check", profile.kycStatus)
    ]
  ])
}

/** One line a player. */
export const userTable = (users: ReadonlyArray<UserSummary>): string =>
  fitted([
    ["SINCE", "NAME", "ADDRESS", "STATE", "ID"],
    ...visibleData(users).map((user) => [
      formatInstant(user.createdAt),
      user.username,
      `${user.email} ${style.dim(user.emailVerified ? "verified" : "not verified")}`,
      stateText(user),
      user.id
    ])
  ], { yields: [0, 4, 2, 1] })

/** One line a player, those of one mailbox below each other, the oldest first. */
export const sharingTable = (sharing: ReadonlyArray<ReadonlyArray<UserSummary>>): string =>
  fitted([
    ["MAILBOX", "ADDRESS", "NAME", "ID", "SINCE"],
    ...sharing.flatMap((players, index) =>
      visibleData(players).map(({ createdAt, email, emailVerified, id, username }) => [
        String(index + 1),
        `${email} ${style.dim(emailVerified ? "verified" : "not verified")}`,
        username,
        id,
        formatInstant(createdAt)
      ])
    )
  ], { yields: [4, 2, 1] })

/** One line an event, newest first. */
export const eventTable = (events: ReadonlyArray<SecurityEvent>): string =>
  fitted([
    ["WHEN", "WHAT", "FROM", "WITH"],
    ...visibleData(events).map(({ at, origin, type }) => [
      formatInstant(at),
      type.replaceAll("_", " "),
      origin?.ip ?? "",
      style.dim(origin?.userAgent ?? "")
    ])
  ], { yields: [3, 2] })

/** One line a session, newest first. */
export const sessionTable = (sessions: ReadonlyArray<Session>): string =>
  fitted([
    ["SINCE", "LAST USED", "ID", "WITH"],
    ...visibleData(sessions).map(({ createdAt, id, lastUsedAt, userAgent }) => [
      formatInstant(createdAt),
      formatInstant(lastUsedAt),
      id,
      style.dim(userAgent ?? "")
    ])
  ], { yields: [3, 0] })
