/** What players pay in on Stripe's page is credited exactly, whatever becomes of it and of its notices; coming back credits nothing. */
import { paymentReference } from "@ddd/core/money/CheckoutReport"
import { type Cents, cents, formatCents } from "@ddd/core/money/Money"
import { Fundings } from "@ddd/core/ports/Fundings"
import { Ledger } from "@ddd/core/ports/Ledger"
import { Now } from "@ddd/core/ports/Now"
import { WebhookInbox } from "@ddd/core/ports/WebhookInbox"
import { userId } from "@ddd/core/values/Ids"
import { make as makeStandIn, type StandInEvent, type StripeStandIn } from "@ddd/sim/providers/StripeStandIn"
import { Effect, Schedule } from "effect"
import { advanceClock } from "../support/Clocks.ts"
import { inside } from "../support/Inside.ts"
import { makePlayers, type Player } from "../support/Players.ts"
import { type Environment, freePort, originAt, startServer } from "../support/ServerProcess.ts"
import { sharedDatabase } from "../support/SharedDatabase.ts"
import { audited } from "./Books.ts"
import { seeded, shuffled } from "./Chance.ts"
import { type Fate, fates } from "./CheckoutFates.ts"
import { morning, must, type Show } from "./Show.ts"

const webhookSecret = "whsec_of_the_show"
const connectionsEach = 8
/** A busy machine is given minutes. */
const attemptsMax = 600
const pauseMillis = 200

/** One that was asked for. */
interface Page {
  readonly player: number
  readonly amount: Cents
  readonly session: string
  readonly fate: Fate
}

/** Asks for a page as clients do: whoever is told to come again, or hears nothing, does, under the same key. */
const askForPage = async (port: number, player: Player, amount: Cents, key: string): Promise<string> => {
  for (let attempts = 0; attempts < attemptsMax; attempts++) {
    const response = await fetch(`${originAt(port)}/wallet/checkout`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${player.accessToken}`,
        "content-type": "application/json",
        "idempotency-key": key
      },
      body: JSON.stringify({ amount: formatCents(amount) })
    }).catch(() => null)
    const text = await response?.text()
    if (response?.status === 201 && text !== undefined) {
      const { url }: { readonly url: string } = JSON.parse(text)
      return url
    }
    if (response !== null && response.status !== 503) throw new Error(`a page was answered ${response.status}: ${text}`)
    await new Promise((resolve) => setTimeout(resolve, pauseMillis))
  }
  throw new Error("no page was opened")
}

/** Opens pages through several servers at once; each is asked for twice under its key, and is one. */
const openPages = async (
  ports: ReadonlyArray<number>,
  players: ReadonlyArray<Player>,
  count: number,
  random: () => number
): Promise<ReadonlyArray<Page>> => {
  const pages: Array<Page> = []
  const waiting = Array.from({ length: count }, () => cents(BigInt(5 + 5 * Math.floor(random() * 20)) * 100n)).entries()
  const work = async (): Promise<void> => {
    for (const [nth, amount] of waiting) {
      const index = nth % players.length
      const player = players[index]
      const fate = fates[nth % fates.length]
      if (player === undefined || fate === undefined) continue
      const ask = (server: number) => askForPage(ports[server % ports.length] ?? 0, player, amount, `page ${nth}`)
      const [url, again] = [await ask(nth), await ask(nth + 1)]
      if (url !== again) throw new Error("one request opened two pages")
      pages[nth] = { player: index, amount, session: url.split("/").at(-1) ?? "", fate }
    }
  }
  await Promise.all(Array.from({ length: ports.length * connectionsEach }, work))
  return pages
}

/** How many notices wait to be acted on, and those that are for a person. */
const notices = (environment: Environment) =>
  Effect.gen(function*() {
    const inbox = yield* WebhookInbox
    const count = Effect.fnUntraced(function*(state: "failed" | "received" | "waiting") {
      let total = 0
      let page = yield* inbox.list({ state }, { limit: 100, cursor: null })
      for (; page.nextCursor !== null; page = yield* inbox.list({ state }, { limit: 100, cursor: page.nextCursor })) {
        total += page.items.length
      }
      return total + page.items.length
    })
    return { open: yield* count("received"), failed: yield* count("failed"), waiting: yield* count("waiting") }
  }).pipe(Effect.provide(inside(environment, originAt(0))))

const settled = (environment: Environment) =>
  notices(environment).pipe(
    Effect.repeat({ until: ({ open }) => open === 0, schedule: Schedule.spaced("200 millis") }),
    Effect.timeout("5 minutes")
  )

/** What the players are worth: balance less debt, in cents, in their order. */
const worthOf = (environment: Environment, players: ReadonlyArray<Player>) =>
  Effect.gen(function*() {
    const ledger = yield* Ledger
    return yield* Effect.forEach(
      players,
      (player) => Effect.map(ledger.wallet(userId(player.userId)), ({ balance, debt }) => balance - debt),
      { concurrency: 16 }
    )
  }).pipe(Effect.provide(inside(environment, originAt(0))))

/** What the players must have, by what became of their pages. */
const expected = (players: ReadonlyArray<Player>, pages: ReadonlyArray<Page>): ReadonlyArray<bigint> => {
  const worth = players.map(() => 0n)
  for (const { amount, fate, player } of pages) worth[player] = (worth[player] ?? 0n) + amount * fate.worth / 20n
  return worth
}

/** Whether each of these payments is held for a person, and credited to nobody. */
const areHeld = (environment: Environment, stripe: StripeStandIn, pages: ReadonlyArray<Page>) =>
  Effect.gen(function*() {
    const fundings = yield* Fundings
    const found = yield* Effect.forEach(
      pages,
      ({ session }) => fundings.find(paymentReference(stripe.sessions.get(session)?.payment_intent ?? "")),
      { concurrency: 16 }
    )
    return found.every((funding) =>
      funding !== null && funding.heldReason !== null && funding.creditStatus === "nothing"
    )
  }).pipe(Effect.provide(inside(environment, originAt(0))))

/** Sends events in their order, each to the next server; those that were not taken are sent again. */
const deliver = async (ports: ReadonlyArray<number>, stripe: StripeStandIn, events: ReadonlyArray<StandInEvent>) => {
  const waiting = events.entries()
  const work = async (): Promise<void> => {
    for (const [nth, event] of waiting) {
      const url = `http://127.0.0.1:${ports[nth % ports.length] ?? 0}/webhooks/stripe`
      for (;;) if (await Effect.runPromise(stripe.deliver(event, url))) break
    }
  }
  await Promise.all(Array.from({ length: ports.length * connectionsEach }, work))
}

/** Whether a notice may be lost: what a page came to is looked up, what was refunded or disputed is not. */
const isLookedUp = ({ type }: StandInEvent): boolean => type.startsWith("checkout.session.")

export const checkout: Show = {
  name: "checkout",
  promise:
    "2,000 pages of Stripe Checkout over three servers, paid, refunded, disputed, their notices lost, doubled and in any order: every wallet exact",
  run: Effect.fn("Checkout")(function*(size) {
    const [pageCount, playerCount] = size === "full" ? [2_000, 500] : [36, 12]
    const random = seeded(2026)
    // by the servers' clock, which is known once they run
    let clock = { reads: Date.parse(morning), at: performance.now() }
    const stripe = yield* makeStandIn({
      startAt: clock.reads,
      clock: "still",
      webhook: { url: originAt(0), secret: webhookSecret },
      // the show itself delivers, and loses
      deliver: () => ({ times: 0, delayMillis: 0 }),
      signedAt: () => clock.reads + performance.now() - clock.at
    })
    const ports = [yield* freePort, yield* freePort, yield* freePort]
    const environment: Environment = {
      ...yield* sharedDatabase,
      DEV_CLOCK_START: morning,
      PUBLIC_URL: originAt(ports[0] ?? 0),
      RATE_LIMITS: "off",
      STRIPE_SECRET_KEY: stripe.secretKey,
      STRIPE_WEBHOOK_SECRET: webhookSecret,
      STRIPE_API_BASE: stripe.url,
      CHECKOUT_RETURN_URL: "https://lottery.example/play"
    }
    for (const port of ports) yield* startServer(environment, port)
    const players = yield* Effect.gen(function*() {
      const made = yield* makePlayers(playerCount, () => cents(0n))
      clock = { reads: yield* (yield* Now).now, at: performance.now() }
      return made
    }).pipe(Effect.provide(inside(environment, originAt(ports[0] ?? 0))))

    const asked = performance.now()
    const pages = yield* Effect.promise(() => openPages(ports, players, pageCount, random))
    const askedSeconds = (performance.now() - asked) / 1_000
    yield* must(stripe.sessions.size === pageCount, () => `${stripe.sessions.size} pages were opened, of ${pageCount}`)
    for (const { fate, session } of pages) fate.play(stripe, session)
    const before = yield* worthOf(environment, players)
    yield* must(before.every((balance) => balance === 0n), () => "something was credited before Stripe said a word")

    const kept = stripe.events.filter((event) => !isLookedUp(event) || random() < 0.7)
    const lost = stripe.events.length - kept.length
    const told = shuffled(
      kept.flatMap((event) => Array.from({ length: 1 + Math.floor(random() * 3) }, () => event)),
      random
    )
    const began = performance.now()
    yield* Effect.promise(() => deliver(ports, stripe, told))
    const seconds = (performance.now() - began) / 1_000
    yield* settled(environment)
    // what nobody told of is looked up once it is due, and pages expire that nobody paid
    stripe.advance(2 * 3_600_000)
    yield* advanceClock(environment, 2 * 3_600_000)
    const due = expected(players, pages)
    const held = pages.filter(({ fate }) => fate.forPerson === true)
    const isOver = Effect.gen(function*() {
      const wallets = yield* worthOf(environment, players)
      return wallets.every((worth, player) => worth === due[player]) && (yield* areHeld(environment, stripe, held))
    })
    yield* isOver.pipe(
      Effect.repeat({ until: (over) => over, schedule: Schedule.spaced("1 second") }),
      Effect.timeoutOrElse({ duration: "5 minutes", orElse: () => Effect.void })
    )
    const wallets = yield* worthOf(environment, players)
    const wrong = wallets.flatMap((balance, player) =>
      balance === due[player] ? [] : [`player ${player} is worth ${balance} cents instead of ${due[player]}`]
    )
    yield* must(wrong.length === 0, () => wrong.slice(0, 20).join("\n"))
    yield* must(yield* areHeld(environment, stripe, held), () => "a payment of another amount is not held")
    const { failed } = yield* settled(environment)
    yield* must(failed === 0, () => `${failed} notices failed`)
    return [
      `${pageCount} pages opened by ${players.length} players through ${ports.length} servers, each asked for twice: ` +
      `${(2 * pageCount / askedSeconds).toFixed(0)} answers a second`,
      "nothing was credited by a browser: no wallet moved before Stripe said a word",
      `${stripe.events.length} notices, ${lost} of them lost, the others in ${told.length} deliveries in any order: ` +
      `${(told.length / seconds).toFixed(0)} a second`,
      `${fates.length} ways to end (${fates.map(({ name }) => name).join("; ")}): all ${players.length} wallets exact`,
      `${held.length} payments of another amount than was asked for: each held for a person, none credited`,
      yield* audited(environment)
    ]
  })
}
