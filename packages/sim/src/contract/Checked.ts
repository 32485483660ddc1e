/** What contract tests tell and read of identity checks. */
import type { IdentityMessage } from "@ddd/core/accounts/IdentityCheck"
import { IdentityChecks } from "@ddd/core/ports/IdentityChecks"
import type { UserId } from "@ddd/core/values/Ids"
import type { KycStatus } from "@ddd/core/values/KycStatus"
import { Effect } from "effect"
import { advance } from "../scenario/Steps.ts"
import { World } from "../World.ts"

export const now = World.use((world) => world.now)

/** What who checks tells of a player, of this instant unless said otherwise. */
export const told = Effect.fnUntraced(function*(
  player: UserId,
  status: KycStatus,
  more: Partial<IdentityMessage> = {}
) {
  const receivedAt = yield* now
  const message = { userId: player, status, occurredAt: receivedAt, bornOn: null, reference: null, ...more }
  return yield* IdentityChecks.use((checks) => checks.record(message, receivedAt))
})

export const verify = (player: UserId) => Effect.andThen(advance(1), told(player, "verified"))

export const stateOf = (player: UserId) => IdentityChecks.use((checks) => checks.of(player))

/** Whose check is pending, or whose prizes wait. */
export const waitingIds = IdentityChecks.use((checks) =>
  Effect.map(checks.waiting({ limit: 100, cursor: null }), ({ items }) => items.map(({ user }) => user.id))
)
