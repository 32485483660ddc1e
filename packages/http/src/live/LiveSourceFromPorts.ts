/** The live hub's source, made of core's ports. */
import { decidingRound } from "@ddd/core/draws/DecidingRound"
import type { Draw } from "@ddd/core/draws/Draw"
import { formatCents } from "@ddd/core/money/Money"
import { viewWallet, type WithdrawalTerms } from "@ddd/core/money/Withdrawable"
import { AccessTokens } from "@ddd/core/ports/AccessTokens"
import { type DrawChange, DrawEvents } from "@ddd/core/ports/DrawEvents"
import { Draws, type ProofSource } from "@ddd/core/ports/Draws"
import { Ledger } from "@ddd/core/ports/Ledger"
import { Now } from "@ddd/core/ports/Now"
import { Rooms } from "@ddd/core/ports/Rooms"
import { Sessions } from "@ddd/core/ports/Sessions"
import type { Unavailable } from "@ddd/core/ports/Unavailable"
import { type DrawId, drawId, userId } from "@ddd/core/values/Ids"
import { formatInstant } from "@ddd/core/values/Instant"
import { Effect, Layer, Stream } from "effect"
import type { DrawStatusUpdate, RoomUpdate } from "./Events.ts"
import { type LiveChange, LiveSource, LiveSourceUnavailable, TokenRefused } from "./LiveSource.ts"

/**
 * How many draws whose sales are over are told again where changes may have been missed: those of more days than a draw waits for its
 * outcome (`abandonAfterMillis`).
 */
const recentDraws = 10

/** `terms`: what wallets are shown by. */
export const layer = (terms: WithdrawalTerms) =>
  Layer.effect(
    LiveSource,
    Effect.gen(function*() {
      const ledger = yield* Ledger
      const { now } = yield* Now
      const draws = yield* Draws
      const events = yield* DrawEvents
      const rooms = yield* Rooms
      const sessions = yield* Sessions
      const tokens = yield* AccessTokens

      const statusOf = Effect.fnUntraced(
        function*(draw: Draw): Effect.fn.Return<ReadonlyArray<LiveChange>, Unavailable> {
          const { id, prizePool, seed, status, winningPosition, winningTicketId } = draw
          if (status === "scheduled") return []
          const source = status === "locked" || status === "drawn" ? yield* draws.proof(id) : null
          const lock = source?.notes.lock ?? null
          return [{
            _tag: "DrawStatus",
            drawId: id,
            status,
            ...(status === "locked" && lock !== null ? { lock } : {}),
            ...decidedBy(source),
            ...(status === "drawn" && seed !== null ? { seed } : {}),
            ...(winningPosition === null ? {} : { winningPosition, prizeAmount: formatCents(prizePool) }),
            ...(winningTicketId === null ? {} : { winningTicketId })
          }]
        }
      )

      /** A daily draw's status is public; of a room's change only that it happened is passed on. */
      const statusById = (id: DrawId): Effect.Effect<ReadonlyArray<LiveChange>, Unavailable> =>
        Effect.flatMap(draws.byId(id), (draw) =>
          draw === null || draw.drawDate === null
            ? Effect.succeed([{ _tag: "RoomChanged", roomId: id }])
            : statusOf(draw))

      /** Where things stand: the draws whose sales are over, oldest first, and the one on sale. */
      const present: Effect.Effect<ReadonlyArray<LiveChange>, Unavailable> = Effect.gen(function*() {
        const ended = (yield* draws.history({ limit: recentDraws, cursor: null })).items.toReversed()
        const current = yield* draws.current
        return (yield* Effect.forEach(current === null ? ended : [...ended, current], statusOf)).flat()
      })

      const liveChangesOf = (change: DrawChange): Effect.Effect<ReadonlyArray<LiveChange>, Unavailable> => {
        switch (change._tag) {
          case "Sold":
            return Effect.succeed([{ _tag: "DrawSold", drawId: change.drawId }])
          case "Status":
            return statusById(change.drawId)
          case "Left":
            return Effect.succeed([{ _tag: "RoomChanged", roomId: change.drawId }])
          case "Missed":
            return present
        }
      }

      return LiveSource.of({
        drawUpdate: draws.current.pipe(
          Effect.map((draw) =>
            draw === null
              ? null
              : { drawId: draw.id, prizePool: formatCents(draw.prizePool), totalEntries: draw.totalEntries }
          ),
          Effect.mapError(sourceUnavailable)
        ),
        roomUpdate: Effect.fnUntraced(
          function*(roomId) {
            const room = yield* rooms.byId(drawId(roomId))
            if (room === null) return null
            const { id, participants, prizePool, seed, status, winnerId, winningPosition } = room
            const isFixed = status === "locked" || status === "drawn"
            const source = isFixed ? yield* draws.proof(id) : null
            const lock = source?.notes.lock ?? null
            return {
              roomId: id,
              prizePool: formatCents(prizePool),
              participants: participants.map((participant) => ({
                ...participant,
                joinedAt: formatInstant(participant.joinedAt)
              })),
              ...(isFixed || status === "closed" ? { status } : {}),
              ...(winnerId === null ? {} : { winnerId }),
              ...(lock === null ? {} : { lock }),
              ...decidedBy(source),
              ...(status === "drawn" && seed !== null ? { seed } : {}),
              ...(winningPosition === null ? {} : { winningPosition })
            } satisfies RoomUpdate
          },
          Effect.mapError(sourceUnavailable)
        ),
        roomMarks: (ids) => Effect.mapError(rooms.marks(ids.map(drawId)), sourceUnavailable),
        walletUpdates: Effect.fnUntraced(
          function*(userIds) {
            const [wallets, at] = [yield* ledger.wallets(userIds.map(userId)), yield* now]
            return new Map(Array.from(wallets, ([id, wallet]) => {
              const { balance, maturing, pendingWithdrawal, withdrawable } = viewWallet(wallet, terms, at)
              return [id, {
                balance: formatCents(balance),
                withdrawable: formatCents(withdrawable),
                maturing: formatCents(maturing),
                pendingWithdrawal: formatCents(pendingWithdrawal)
              }]
            }))
          },
          Effect.mapError(sourceUnavailable)
        ),
        isMember: (room, user) =>
          rooms.find({ userId: userId(user), room }).pipe(
            Effect.map((found) => found !== null),
            Effect.mapError(sourceUnavailable)
          ),
        // listening begins before the present is read: what happens in between is told twice rather than never; one after the other, so that
        // nothing older is told after what is newer
        changes: events.changes.pipe(
          Stream.merge(Stream.succeed<DrawChange>({ _tag: "Missed" })),
          Stream.mapEffect(liveChangesOf),
          Stream.flatMap(Stream.fromIterable),
          Stream.mapError(sourceUnavailable)
        ),
        endedSessions: Stream.map(sessions.ended, ({ sessionId }) => sessionId),
        authenticate: Effect.fnUntraced(
          function*(token) {
            const { expiresAt, sessionId, userId } = yield* tokens.verify(token)
            if (yield* sessions.hasEnded(sessionId)) return yield* refuse("unauthenticated", "This session has ended.")
            return { userId, sessionId, expiresAt }
          },
          Effect.catchTags({
            TokenExpired: () => refuse("token_expired", "The access token has expired: refresh it."),
            Unauthenticated: () => refuse("unauthenticated", "This is not an access token."),
            Unavailable: () => refuse("unavailable", "The token cannot be checked now; try again.")
          })
        )
      })
    })
  )

/** The round that decides a draw whose lock is published, as far as it is known. */
const decidedBy = (source: ProofSource | null): Pick<DrawStatusUpdate, "round" | "signature"> => {
  const lock = source?.notes.lock ?? null
  const deciding = source === null || lock === null ? null : decidingRound(lock, source.chain)
  if (source === null || deciding === null) return {}
  const { chainHash, known, round } = deciding
  return {
    round: {
      chainHash,
      round,
      ...(known === null ? {} : { time: formatInstant(known.time), chain: known.chain })
    },
    ...(source.beaconSignature === null ? {} : { signature: source.beaconSignature })
  }
}

const refuse = (code: TokenRefused["code"], detail: string): Effect.Effect<never, TokenRefused> =>
  Effect.fail(new TokenRefused({ code, detail }))

const sourceUnavailable = ({ cause, message }: Unavailable): LiveSourceUnavailable =>
  new LiveSourceUnavailable({ message, cause })
