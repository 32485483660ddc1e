/**
 * All that the memory adapters store, as plain mutable collections, and the clock that they decide by.
 *
 * Whatever writes holds `exclusive` from its first read to its last write, decides first, and then writes in one
 * synchronous piece: so nobody sees half of it, and an interruption leaves all or nothing.
 */
import type { EndedSession, SessionId } from "@ddd/core/accounts/Session"
import type { ThrottleState } from "@ddd/core/accounts/Throttle"
import type { ScheduledCheckout } from "@ddd/core/money/Checkout"
import type { Approval } from "@ddd/core/money/FourEyes"
import type { Funding } from "@ddd/core/money/Funding"
import { emptyWallet } from "@ddd/core/money/Wallet"
import type { WebhookEvent } from "@ddd/core/money/WebhookEvent"
import type { DrawChange } from "@ddd/core/ports/DrawEvents"
import type { OperatorEntry } from "@ddd/core/ports/OperatorLog"
import type { ExcessiveDeposit } from "@ddd/core/ports/PlayControls"
import type { SealedSeed } from "@ddd/core/ports/SeedVault"
import type { ChainInfo } from "@ddd/core/proof/Beacon"
import type { Device } from "@ddd/core/push/Device"
import { codeOf } from "@ddd/core/rooms/RoomCode"
import { type DrawId, houseUserId, type TicketId, type UserId } from "@ddd/core/values/Ids"
import { type Instant, instant } from "@ddd/core/values/Instant"
import { Context, Effect, Layer, PubSub, Semaphore } from "effect"
import { hash } from "node:crypto"
import type { AdjustmentRow, DrawRow, Rows, TicketRow, TransactionRow, WalletRow } from "../audit/Rows.ts"
import type {
  JobRow,
  KeptAnswerRow,
  LobbyRow,
  MailedTokenRow,
  PayoutAccountRow,
  PushMessageRow,
  RefreshTokenRow,
  SecurityEventRow,
  SessionRow,
  UserRow,
  WithdrawalRow
} from "./StoredRows.ts"

/** Until when a name is barred, and whose it was, as long as what bars them may be made longer. */
interface BarredName {
  readonly until: Instant
  /** Null once they are erased. */
  readonly userId: UserId | null
}

export class Store extends Context.Service<Store, {
  readonly users: Map<UserId, UserRow>
  readonly sessions: Map<SessionId, SessionRow>
  /** By hex SHA-256. */
  readonly refreshTokens: Map<string, RefreshTokenRow>
  /** By id, oldest first. */
  readonly mailedTokens: Map<string, MailedTokenRow>
  /** Oldest first. */
  readonly securityEvents: Array<SecurityEventRow>
  /** Every job ever added, by id, oldest first. Nobody does them. */
  readonly jobs: Map<string, JobRow>
  /** By account, network, or both. */
  readonly throttles: Map<string, ThrottleState>
  /** When an account was last signed in to from a network, by both. */
  readonly knownNetworks: Map<string, Instant>
  readonly wallets: Map<UserId, WalletRow>
  /** Whose identity check is pending, or whose prizes wait for one, and since when; kept by whatever writes users and wallets. */
  readonly identityWaiting: Map<UserId, Instant>
  /** Each wallet's movements, oldest first. */
  readonly transactions: Map<UserId, Array<TransactionRow>>
  /** In the order of publication. */
  readonly draws: Map<DrawId, DrawRow>
  readonly seeds: Map<DrawId, SealedSeed>
  /** When each chain, by its hash, was followed last. */
  readonly followedChains: Map<string, Instant>
  /** Which operators declared draws void before their time. */
  readonly earlyVoids: Map<DrawId, { readonly by: string; readonly at: Instant }>
  /** Since when sales of draws are paused. */
  readonly pausedDraws: Map<DrawId, Instant>
  /** The beacons' chains that draws name, by their hashes. */
  readonly chains: Map<string, ChainInfo>
  /** Each draw's tickets by position, from the first on. */
  readonly tickets: Map<DrawId, Array<TicketRow>>
  readonly ticketsById: Map<TicketId, TicketRow>
  /** By `answerKeyOf`. */
  readonly answers: Map<string, KeptAnswerRow>
  /** By the draw's id, oldest first. */
  readonly lobbies: Map<DrawId, LobbyRow>
  /** By reference, oldest first. */
  readonly fundings: Map<string, Funding>
  /** When something was first told of a funding, by its reference. */
  readonly fundingsSince: Map<string, Instant>
  /** The names by which shops know players, beside the players' ids. */
  readonly buyerNames: Map<string, UserId>
  /** References of purchases that wait and of which a name has become known since they were looked at, in that order. */
  readonly purchasesToMatch: Set<string>
  /** Names of kinds that players gave up while they were barred: "mailbox\n…", "buyer\n…". */
  readonly excludedNames: Map<string, BarredName>
  /** Deposits that were more than their players allowed, oldest first. */
  readonly depositExcesses: Array<ExcessiveDeposit & { readonly userId: UserId }>
  /** By id, oldest first. */
  readonly checkouts: Map<string, ScheduledCheckout>
  /** By id, oldest first. */
  readonly withdrawals: Map<string, WithdrawalRow>
  /** Oldest first. */
  readonly payoutAccounts: Map<UserId, PayoutAccountRow>
  /** By id, oldest first. */
  readonly webhookEvents: Map<string, WebhookEvent>
  /** How many of a draw's tickets are confirmed by mail: those at positions 1 … this. */
  readonly confirmedTickets: Map<DrawId, number>
  /** Each locked draw's tree: the hashes of its complete subtrees by level, from the leaves up. */
  readonly trees: Map<DrawId, ReadonlyArray<ReadonlyArray<Uint8Array>>>
  /** What operators did, by id, oldest first. */
  readonly operatorLog: Map<string, OperatorEntry>
  /** Money that waits, or waited, for another operator, by id, oldest first. */
  readonly approvals: Map<string, Approval>
  /** Wallets that were adjusted, by reference. */
  readonly adjustments: Map<string, AdjustmentRow>
  /** By player and device. */
  readonly devices: Map<string, Device>
  /** By device and what is told. */
  readonly pushMessages: Map<string, PushMessageRow>
  /** Draws of which it was told that they close. */
  readonly announced: Set<DrawId>
  readonly endedSessions: PubSub.PubSub<EndedSession>
  readonly tellEnded: (session: EndedSession) => void
  /** What became of draws. */
  readonly changes: PubSub.PubSub<DrawChange>
  /** Tells that a draw changed, once that is written. */
  readonly tell: (change: "Sold" | "Status", drawId: DrawId) => void
  /** Tells that a member left a room, once that is written. */
  readonly tellLeft: (drawId: DrawId, userId: UserId) => void

  readonly now: () => Instant
  readonly advance: (millis: number) => void
  /** A UUID version 7, greater than all before it; the same ones in every store with the same `seed`. */
  readonly newId: () => string
  /** A code that no room of this store has; the same ones in every store with the same `seed`. */
  readonly newRoomCode: () => string
  /** One writer at a time. */
  readonly exclusive: <A, E, R>(write: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}>()("@ddd/sim/memory/Store") {}

/** A map that tells of each key that is written. */
const watched = <K, V>(written: (key: K) => void): Map<K, V> => {
  const map = new Map<K, V>()
  const set = map.set.bind(map)
  map.set = (key, value) => {
    set(key, value)
    written(key)
    return map
  }
  return map
}

export interface StoreOptions {
  /** What the clock says first. */
  readonly startsAt: Instant
  /** Two stores with one seed give out the same ids: a whole number from 0 to 2^32 − 1. */
  readonly seed: number
}

const make = ({ startsAt, seed }: StoreOptions): Effect.Effect<Store["Service"]> =>
  Effect.gen(function*() {
    let clock: number = startsAt
    let idsGiven = 0
    let codesMade = 0
    const changes = yield* PubSub.unbounded<DrawChange>()
    const endedSessions = yield* PubSub.unbounded<EndedSession>()
    const semaphore = yield* Semaphore.make(1)
    const lobbies = new Map<DrawId, LobbyRow>()
    const house: UserRow = {
      id: houseUserId,
      email: "house@invalid",
      username: "house",
      emailVerified: true,
      createdAt: startsAt,
      passwordHash: null,
      frozen: false,
      kycStatus: "none",
      identityAt: null,
      identityReference: null,
      country: null,
      ageVerified: false,
      erasedAt: null
    }
    const identityWaiting = new Map<UserId, Instant>()
    const noteWaiting = (id: UserId): void => {
      const user = users.get(id)
      const waits = user !== undefined && user.erasedAt === null &&
        (user.kycStatus === "pending" || (wallets.get(id)?.awaiting.length ?? 0) > 0)
      if (!waits) identityWaiting.delete(id)
      else if (!identityWaiting.has(id)) identityWaiting.set(id, instant(clock))
    }
    const users = watched<UserId, UserRow>(noteWaiting)
    const wallets = watched<UserId, WalletRow>(noteWaiting)
    users.set(house.id, house)
    wallets.set(house.id, { ...emptyWallet, userId: house.id, updatedAt: startsAt })
    return Store.of({
      users,
      sessions: new Map(),
      refreshTokens: new Map(),
      mailedTokens: new Map(),
      securityEvents: [],
      jobs: new Map(),
      throttles: new Map(),
      knownNetworks: new Map(),
      wallets,
      identityWaiting,
      transactions: new Map(),
      draws: new Map(),
      seeds: new Map(),
      followedChains: new Map(),
      earlyVoids: new Map(),
      pausedDraws: new Map(),
      chains: new Map(),
      tickets: new Map(),
      ticketsById: new Map(),
      answers: new Map(),
      lobbies,
      fundings: new Map(),
      fundingsSince: new Map(),
      buyerNames: new Map(),
      purchasesToMatch: new Set(),
      excludedNames: new Map(),
      depositExcesses: [],
      checkouts: new Map(),
      withdrawals: new Map(),
      payoutAccounts: new Map(),
      webhookEvents: new Map(),
      confirmedTickets: new Map(),
      trees: new Map(),
      operatorLog: new Map(),
      approvals: new Map(),
      adjustments: new Map(),
      devices: new Map(),
      pushMessages: new Map(),
      announced: new Set(),
      endedSessions,
      tellEnded: (session) => {
        PubSub.publishUnsafe(endedSessions, session)
      },
      changes,
      tell: (change, drawId) => {
        PubSub.publishUnsafe(changes, { _tag: change, drawId })
      },
      tellLeft: (drawId, userId) => {
        PubSub.publishUnsafe(changes, { _tag: "Left", drawId, userId })
      },
      now: () => instant(clock),
      advance: (millis) => {
        if (!Number.isSafeInteger(millis) || millis < 0) {
          throw new RangeError(`a clock goes forward, not by ${millis} ms`)
        }
        clock += millis
      },
      newId: () => {
        idsGiven++
        if (idsGiven >= 2 ** 24) throw new RangeError("a store in memory gives out 2^24 ids")
        const time = clock.toString(16).padStart(12, "0")
        const count = idsGiven.toString(16).padStart(6, "0")
        return `${time.slice(0, 8)}-${time.slice(8)}-7${count.slice(0, 3)}-8${count.slice(3)}-` +
          seed.toString(16).padStart(12, "0")
      },
      newRoomCode: () => {
        const taken = new Set([...lobbies.values()].map(({ code }) => code))
        for (;;) {
          const code = codeOf(hash("sha256", `sim room code ${seed} ${++codesMade}`, "buffer"))
          if (code !== undefined && !taken.has(code)) return code
        }
      },
      exclusive: semaphore.withPermits(1)
    })
  })

export const layer = (options: StoreOptions): Layer.Layer<Store> => Layer.effect(Store, make(options))

/** What was put under `key`, or what `initial` makes, put there now. */
export const getOrPut = <K, V>(map: Map<K, V>, key: K, initial: () => V): V => {
  const present = map.get(key)
  if (present !== undefined) return present
  const made = initial()
  map.set(key, made)
  return made
}

/** Everything as the auditor reads it. */
export const rowsOf = (store: Store["Service"]): Rows => ({
  users: [...store.users.values()],
  wallets: [...store.wallets.values()],
  transactions: [...store.transactions.values()].flat(),
  draws: [...store.draws.values()],
  tickets: [...store.tickets.values()].flat(),
  answers: [...store.answers.values()],
  rooms: [...store.lobbies.values()],
  fundings: [...store.fundings.values()],
  withdrawals: [...store.withdrawals.values()],
  adjustments: [...store.adjustments.values()],
  approvals: [...store.approvals.values()],
  operatorLog: [...store.operatorLog.values()]
})
