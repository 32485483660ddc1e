/**
 * Plays a stream of commands against the ports, and compares each answer with the one expected.
 *
 * Over 300 lines: each command is played and compared in one place, and all of them make one play.
 */
import { operatorOrigin } from "@ddd/core/accounts/SecurityEvent"
import type { Receipt } from "@ddd/core/draws/Receipt"
import type { PurchaseRefusal } from "@ddd/core/draws/Sale"
import { cents } from "@ddd/core/money/Money"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Draws } from "@ddd/core/ports/Draws"
import { Ledger } from "@ddd/core/ports/Ledger"
import type { DrawId } from "@ddd/core/values/Ids"
import { dayAfter, dayMillis, dayOf, dayStart, type Instant } from "@ddd/core/values/Instant"
import { assert } from "@effect/vitest"
import { Effect, Redacted, Result } from "effect"
import { byAnn } from "../scenario/Operators.ts"
import { pagesOf } from "../scenario/Pages.ts"
import type { Services } from "../scenario/Services.ts"
import {
  auditClean,
  buy,
  catchUp,
  hashOf,
  openPayoutAccount,
  outcomeOf,
  present,
  signUp,
  times,
  together
} from "../scenario/Steps.ts"
import { World } from "../World.ts"
import type { Command, PlayerCommand, WorldCommand } from "./Commands.ts"
import {
  daysPublishedAt,
  drawOnSale,
  emptyExpected,
  type Expected,
  newPlayer,
  pay,
  pendingOf,
  type Player,
  predict,
  type Prediction,
  type Request,
  settle,
  walletOwners
} from "./Expected.ts"
import { allowedAt } from "./ExpectedLimits.ts"
import { compareLimits, confirmOnce, limitOnce } from "./PlayLimits.ts"
import { depositOnce, payOutOnce, refundOnce, withdrawOnce } from "./PlayMoney.ts"

/** How many clients, and nodes of the clockwork, act at the same time. One: every answer is predicted to the last digit. */
interface Table {
  readonly expected: Expected
  readonly clients: number
}

/** The clock before and after; it may tick meanwhile. */
const timed = Effect.fnUntraced(function*<A, E, R>(effect: Effect.Effect<A, E, R>) {
  const { now } = yield* World
  const before = yield* now
  const value = yield* effect
  return { value, before, after: yield* now }
})

/** How long a repeat under a key is surely answered. */
const keyMillis = 29 * dayMillis

type Outcome = Result.Result<Receipt, PurchaseRefusal>

const purchase = (player: Player, { drawId, key, quantity }: Request) =>
  outcomeOf(buy(player.id, quantity, { ...(drawId === null ? {} : { drawId }), ...(key === null ? {} : { key }) }))

/** Writes a sale down, and checks all that can be said of its receipt whatever else goes on. */
const takeReceipt = (
  expected: Expected,
  player: Player,
  request: Request,
  receipt: Receipt,
  from: Instant,
  to: Instant
) => {
  const { draw, tickets } = receipt
  const sold = present(expected.draws.find(({ id }) => id === draw.id))
  assert.include([drawOnSale(expected, from)?.id, drawOnSale(expected, to)?.id], draw.id)
  assert.strictEqual(receipt.replayed, false)
  assert.strictEqual(tickets.length, request.quantity)
  assert.strictEqual(draw.totalEntries, present(tickets.at(-1)).position)
  assert.strictEqual(draw.prizePool, BigInt(draw.totalEntries) * 95n)
  for (const [i, { drawId, drawDate, position, purchasedAt, userId }] of tickets.entries()) {
    assert.deepStrictEqual([drawId, drawDate, userId], [draw.id, sold.day, player.id])
    assert.strictEqual(position, draw.totalEntries - tickets.length + 1 + i)
    assert.isTrue(from <= purchasedAt && purchasedAt <= to)
    assert.isFalse(sold.holders.has(position), `position ${position} was sold twice`)
    sold.holders.set(position, player)
  }
  pay(player, request.quantity, present(tickets[0]).purchasedAt)
  if (request.key !== null) player.bought.set(request.key, { request, receipt })
}

const assertOutcome = (outcome: Outcome, predictions: ReadonlyArray<Prediction>): void => {
  const seen: Prediction = Result.isFailure(outcome)
    ? { _tag: "Refused", refusal: outcome.failure }
    : outcome.success.replayed
    ? { _tag: "Replayed", receipt: outcome.success }
    : { _tag: "Sold" }
  const [prediction] = predictions
  // where the clock ticked into another day meanwhile, either will do
  const met = predictions.find(({ _tag }) => _tag === seen._tag) ?? prediction
  assert.deepStrictEqual(seen, met)
}

const buyOnce = Effect.fnUntraced(function*({ clients, expected }: Table, player: Player, request: Request) {
  const earlier = request.key === null ? undefined : player.bought.get(request.key)
  const asked = request.key === null ? undefined : player.asked.get(request.key)
  const now = yield* (yield* World).now
  const keptAt = asked?.transaction.createdAt ?? earlier?.receipt.tickets[0]?.purchasedAt ?? now
  // from the thirtieth day on, a kept answer may be gone at any time
  if (now - keptAt > keyMillis) return
  const { after, before, value: outcome } = yield* timed(purchase(player, request))
  assertOutcome(outcome, [predict(expected, player, request, before), predict(expected, player, request, after)])
  if (Result.isFailure(outcome) || outcome.success.replayed) return
  const receipt = outcome.success
  if (clients === 1) {
    const entries = present(expected.draws.find(({ id }) => id === receipt.draw.id)).holders.size
    assert.strictEqual(receipt.draw.totalEntries, entries + request.quantity)
  }
  takeReceipt(expected, player, request, receipt, before, after)
  const { balance, pendingWithdrawal, withdrawable } = receipt.wallet
  assert.deepStrictEqual(
    [balance, withdrawable, pendingWithdrawal],
    [player.balance, player.withdrawable, pendingOf(player)]
  )
})

/** All at the same time: as many are sold as can be paid, and under one key one. */
const buyTogether = Effect.fnUntraced(function*(
  { expected }: Table,
  player: Player,
  request: Request,
  count: number
) {
  const { after, before, value: outcomes } = yield* timed(times(count, purchase(player, request)))
  const predictions = [predict(expected, player, request, before), predict(expected, player, request, after)]
  const sold = outcomes.flatMap((outcome) =>
    Result.isSuccess(outcome) && !outcome.success.replayed ? [outcome.success] : []
  )
  const price = cents(BigInt(request.quantity) * 100n)
  const mayBeSold = predictions.map(({ _tag }, nth) => {
    if (_tag !== "Sold") return 0
    const allowed = allowedAt(player.limits, nth === 0 ? before : after)
    const most = allowed !== null && allowed < player.balance ? allowed : player.balance
    return request.key === null ? Math.min(count, Number(most / price)) : 1
  })
  assert.include(mayBeSold, sold.length)
  for (const receipt of sold) takeReceipt(expected, player, request, receipt, before, after)

  const [first] = sold
  for (const outcome of outcomes) {
    if (Result.isSuccess(outcome)) {
      // a replay answers with the one receipt
      if (outcome.success.replayed) assert.deepStrictEqual(outcome.success, { ...present(first), replayed: true })
    } else if (sold.length === 0) {
      assertOutcome(outcome, predictions)
    } else {
      assert.strictEqual(request.key, null)
      assert.include(["InsufficientFunds", "LimitExceeded"], outcome.failure._tag)
    }
  }
})

const drawIdFor = (
  expected: Expected,
  draw: "any" | "today" | "tomorrow" | "yesterday",
  clock: Instant
): DrawId | null => {
  if (draw === "any") return null
  const offset = { yesterday: -1, today: 0, tomorrow: 1 }[draw]
  return expected.draws.find(({ day }) => day === dayAfter(dayOf(clock), offset))?.id ?? null
}

const referenceOf = ({ name }: Player, reference: number): string => `model:${name}-${reference}`

const playerOf = ({ players }: Expected, player: number): Player => present(players[player % players.length])

const playForPlayer = Effect.fnUntraced(function*(table: Table, command: PlayerCommand) {
  const { expected } = table
  const player = playerOf(expected, command.player)
  const clock = yield* (yield* World).now
  switch (command._tag) {
    case "Deposit":
      return yield* depositOnce(player, BigInt(command.amount), referenceOf(player, command.reference))
    case "Refund":
      return yield* refundOnce(player, referenceOf(player, command.reference), command.isReversal)
    case "Withdraw": {
      const key = command.key === null ? null : `key ${command.key}`
      const asked = key === null ? undefined : player.asked.get(key)
      const bought = key === null ? undefined : player.bought.get(key)
      const keptAt = asked?.transaction.createdAt ?? bought?.receipt.tickets[0]?.purchasedAt ?? clock
      // from the thirtieth day on, a kept answer may be gone at any time
      if (clock - keptAt > keyMillis) return
      return yield* withdrawOnce(player, { ...command, amount: BigInt(command.amount), key })
    }
    case "Limit":
      return yield* limitOnce(player, command.period, command.value === null ? null : BigInt(command.value))
    case "ConfirmLimits":
      return yield* confirmOnce(player)
    case "PayOut":
      return yield* payOutOnce(player, command.which, command.outcome)
    case "Buy": {
      const drawId = drawIdFor(expected, command.draw, clock)
      const key = command.key === null ? null : `key ${command.key}`
      return yield* buyOnce(table, player, { quantity: command.quantity, drawId, key })
    }
    case "BuyTogether": {
      const key = command.underOneKey ? `together ${player.movements} ${player.bought.size}` : null
      return yield* buyTogether(table, player, { quantity: command.quantity, drawId: null, key }, command.count)
    }
    case "Retry": {
      const bought = player.bought.get(`key ${command.key}`)
      return bought === undefined ? undefined : yield* buyOnce(table, player, bought.request)
    }
  }
})

const signUpNew = Effect.fnUntraced(function*({ players }: Expected) {
  const accounts = yield* Accounts
  const name = `player${players.length}`
  const [other] = players
  if (other !== undefined) {
    // an address or a name that is taken, in another case, gets nobody in
    const session = { refreshTokenHash: hashOf(`${name} refused`), userAgent: null }
    const fresh = { email: `${name}@example.com`, username: name, passwordHash: Redacted.make("$argon2id$"), session }
    const sameAddress = { ...fresh, email: `${other.name}@EXAMPLE.com` }
    assert.strictEqual((yield* Effect.flip(accounts.signUp(sameAddress, operatorOrigin)))._tag, "EmailTaken")
    const sameName = { ...fresh, username: other.name.toUpperCase() }
    assert.strictEqual((yield* Effect.flip(accounts.signUp(sameName, operatorOrigin)))._tag, "UsernameTaken")
  }
  const id = yield* signUp(name)
  const hasAccount = players.length % 3 !== 2
  const isVerified = hasAccount || players.length % 6 === 5
  if (hasAccount) yield* openPayoutAccount(id)
  else if (isVerified) yield* (yield* World).verify(id)
  players.push(newPlayer(id, name, { isVerified, hasAccount }))
})

/** Learns which draws were published between two instants, and checks that they are the right ones. */
const learnDraws = Effect.fnUntraced(function*(expected: Expected, from: Instant, to: Instant) {
  const draws = yield* Draws
  const days = new Set([...daysPublishedAt(expected, from), ...daysPublishedAt(expected, to)])
  const mayBe = [from, to].map((clock) => daysPublishedAt(expected, clock).join())
  const isFirst = expected.draws.length === 0
  const published: Array<string> = []
  for (const day of days) {
    const draw = yield* draws.byDay(day)
    if (draw === null) continue
    published.push(day)
    const opensAt = isFirst && dayStart(day) <= to ? [from, to] as const : [dayStart(day), dayStart(day)] as const
    assert.isTrue(opensAt[0] <= draw.opensAt && draw.opensAt <= opensAt[1])
    assert.strictEqual(draw.closesAt, dayStart(dayAfter(day)))
    expected.draws.push({
      id: draw.id,
      day,
      opensAt: draw.opensAt,
      closesAt: dayStart(dayAfter(day)),
      holders: new Map(),
      drawn: false
    })
  }
  assert.include(mayBe, published.join())
})

/** Takes down the draws that came to their end by `from`, or may have by `to`. */
const settleEnded = Effect.fnUntraced(function*(expected: Expected, from: Instant, to: Instant) {
  const draws = yield* Draws
  for (const ended of expected.draws.filter(({ closesAt, drawn }) => !drawn && closesAt <= to)) {
    const draw = present(yield* draws.byId(ended.id))
    if (ended.closesAt > from && draw.status !== "drawn") continue
    const entries = ended.holders.size
    assert.deepStrictEqual([draw.status, draw.totalEntries, draw.prizePool], ["drawn", entries, BigInt(entries) * 95n])
    assert.strictEqual(draw.winningPosition === null, entries === 0)
    settle(expected, ended, draw.winningPosition)
  }
})

/** The clockwork on every node at the same time as `beside`; each step is done once. */
const runClockwork = Effect.fnUntraced(
  function*<A, E, R>({ clients, expected }: Table, beside: Effect.Effect<A, E, R>) {
    const { after, before, value } = yield* timed(
      Effect.all([times(clients, catchUp), beside], { concurrency: "unbounded" })
    )
    const steps = value[0].flat().map(({ drawId, step }) => `${step} ${drawId}`)
    assert.strictEqual(new Set(steps).size, steps.length, `a step was done twice: ${steps.join(", ")}`)
    yield* learnDraws(expected, before, after)
    yield* settleEnded(expected, before, after)
  }
)

/** Whoever has a dollar buys a ticket while the clockwork ends the draw before. A prize may come in between. */
const rush = Effect.fnUntraced(function*(table: Table) {
  const { expected } = table
  const world = yield* World
  const ending = drawOnSale(expected, yield* world.now)
  if (ending !== undefined) yield* world.advance(Math.max(0, ending.closesAt - (yield* world.now)))
  // the first draw of all goes on sale the moment it is published: who comes before that gets nothing
  const mayBuy = expected.draws.length > 0
  const buyers = mayBuy ? expected.players.filter(({ balance, frozen }) => balance >= 100n && !frozen) : []
  const request: Request = { quantity: 1, drawId: null, key: null }
  yield* runClockwork(
    table,
    together(buyers.map((player) =>
      Effect.gen(function*() {
        const { after, before, value: outcome } = yield* timed(purchase(player, request))
        assertOutcome(outcome, [predict(expected, player, request, before), predict(expected, player, request, after)])
        if (Result.isSuccess(outcome)) takeReceipt(expected, player, request, outcome.success, before, after)
      })
    ))
  )
})

/** Everything that can be read must be as expected, and the books in order. */
const compare = Effect.fnUntraced(function*(expected: Expected) {
  const draws = yield* Draws
  const ledger = yield* Ledger
  for (const owner of walletOwners(expected)) {
    const { balance, debt, pendingWithdrawal, seq, withdrawable } = yield* ledger.wallet(owner.id)
    const { movements, pending } = owner
    assert.deepStrictEqual(
      { balance, withdrawable, debt, pendingWithdrawal, seq },
      {
        balance: owner.balance,
        withdrawable: owner.withdrawable,
        debt: owner.debt,
        pendingWithdrawal: pending,
        seq: movements
      }
    )
  }
  for (const player of expected.players) yield* compareLimits(player)
  for (const { id, tickets } of expected.players) {
    const pages = yield* pagesOf(100, (page) => draws.ticketsOf(id, { drawId: null, status: null }, page))
    assert.strictEqual(pages.flat().length, tickets)
  }
  for (const { drawn, holders, id } of expected.draws) {
    const draw = present(yield* draws.byId(id))
    assert.deepStrictEqual([draw.totalEntries, draw.status === "drawn"], [holders.size, drawn])
  }
  const { counted } = yield* auditClean
  assert.deepStrictEqual(counted, {
    maturingPrizes: 0,
    users: expected.players.length + 1,
    draws: expected.draws.length,
    tickets: expected.players.reduce((sum, { tickets }) => sum + tickets, 0),
    transactions: walletOwners(expected).reduce((sum, { movements }) => sum + movements, 0)
  })
})

const playForWorld = Effect.fnUntraced(function*(table: Table, command: WorldCommand) {
  const { expected } = table
  const world = yield* World
  switch (command._tag) {
    case "SignUp":
      return yield* signUpNew(expected)
    case "Freeze": {
      const player = playerOf(expected, command.player)
      player.frozen = true
      return yield* (yield* Accounts).freeze(player.id, byAnn)
    }
    case "Advance":
      return yield* world.advance(command.millis)
    case "RunDue":
      return yield* runClockwork(table, Effect.void)
    case "Rush":
      return yield* rush(table)
    case "Audit":
      return yield* compare(expected)
  }
})

const isForPlayer = (command: Command): command is PlayerCommand => "player" in command && command._tag !== "Freeze"

/** What stands between two commands that have the world to themselves, dealt to the clients: a player's commands to one. */
const deal = ({ clients, expected }: Table, commands: ReadonlyArray<PlayerCommand>) =>
  Map.groupBy(commands, ({ player }) => player % expected.players.length % clients).values()

/**
 * Plays `commands` in a new world, with as many clients at the same time, and ends with a full comparison.
 *
 * Fails at the first answer that is not the one expected.
 */
export const play = Effect.fnUntraced(function*(
  commands: ReadonlyArray<Command>,
  clients: number
): Effect.fn.Return<void, unknown, Services> {
  const table: Table = { expected: emptyExpected(), clients }
  yield* signUpNew(table.expected)
  yield* signUpNew(table.expected)

  let waiting: Array<PlayerCommand> = []
  const playWaiting = Effect.suspend(() => {
    const hands = [...deal(table, waiting)]
    waiting = []
    return together(
      hands.map((hand) => Effect.forEach(hand, (command) => playForPlayer(table, command), { discard: true }))
    )
  })
  for (const command of commands) {
    if (isForPlayer(command)) {
      waiting.push(command)
      continue
    }
    yield* playWaiting
    yield* playForWorld(table, command)
  }
  yield* playWaiting
  yield* runClockwork(table, Effect.void)
  yield* compare(table.expected)
})
