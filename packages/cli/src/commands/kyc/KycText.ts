/** Identity checks as operators see them: as JSON, and in columns. Dates of birth are in neither. */
import { formatCents, formatSum } from "@ddd/core/money/Money"
import type { UserSummary } from "@ddd/core/ports/Accounts"
import type { IdentityState, WaitingPlayer } from "@ddd/core/ports/IdentityChecks"
import { formatInstant, formatInstantOrNull } from "@ddd/core/values/Instant"
import type { KycStatus } from "@ddd/core/values/KycStatus"
import { visibleData } from "@ddd/core/values/Visible"
import { style } from "../../terminal/Output.ts"
import { aligned, fitted } from "../../terminal/Table.ts"
import { userJson } from "../user/UserText.ts"

export const stateJson = ({ at, awaitingIdentity, isAgeVerified, reference, status, withdrawn }: IdentityState) => ({
  kycStatus: status,
  kycAt: formatInstantOrNull(at),
  kycReference: reference,
  ageVerified: isAgeVerified,
  awaitingIdentity: formatCents(awaitingIdentity),
  withdrawn: formatSum(withdrawn)
})

export const waitingJson = ({ since, user, ...state }: WaitingPlayer) => ({
  ...userJson(user),
  ...stateJson(state),
  waitingSince: formatInstant(since)
})

const statusText: { readonly [S in KycStatus]: (text: string) => string } = {
  none: style.dim,
  pending: (text) => text,
  verified: style.green,
  rejected: style.red
}

const statusOf = (status: KycStatus): string => statusText[status](status)

/** One player's check at length. */
export const stateText = (summary: UserSummary, state: IdentityState): string => {
  const [user, { reference }] = [visibleData(summary), visibleData(state)]
  const line = (name: string, value: string) => [style.dim(name), value]
  return aligned([
    line("user", user.id),
    line("name", user.username),
    line("identity check", statusOf(state.status)),
    line("as of", formatInstantOrNull(state.at) ?? "nothing was told of one"),
    line("reference", reference ?? "none"),
    line("date of birth", state.isAgeVerified ? "checked" : "not checked"),
    line("awaiting identity", `$${formatCents(state.awaitingIdentity)}`),
    line("withdrawn in all", `$${formatSum(state.withdrawn)}`)
  ])
}

/** One line a player. */
export const waitingTable = (players: ReadonlyArray<WaitingPlayer>): string =>
  fitted([
    ["SINCE", "STATUS", "AWAITING", "NAME", "REFERENCE", "ID"],
    ...visibleData(players).map(({ awaitingIdentity, reference, since, status, user }) => [
      formatInstant(since),
      statusOf(status),
      `$${formatCents(awaitingIdentity)}`,
      user.username,
      reference ?? "",
      user.id
    ])
  ], { yields: [4, 0, 5, 3] })
