/** A player of the demo, and what they do. */
import { Effect, Schedule } from "effect"
import { randomBytes, randomUUID } from "node:crypto"
import { arrayAt, at, expectJson, request, textAt } from "./Client.ts"
import { DemoFailed } from "./DemoFailed.ts"
import { shopProduct, type Site } from "./Site.ts"

export interface Player {
  readonly id: string
  readonly email: string
  readonly password: string
  /** Good for a quarter of an hour of the demo's day. */
  readonly token: string
}

export interface Ticket {
  readonly ticketId: string
  /** Shows whose it is. */
  readonly ownerSalt: string
}

/** What came of a purchase. */
export interface Purchase {
  readonly drawId: string
  readonly tickets: ReadonlyArray<Ticket>
  /** What was in the wallet then: `"7.00"`. */
  readonly balance: string
  readonly replayed: boolean
  /** From asking to the answer. */
  readonly millis: number
}

/** Signs up the player of this number. */
export const signUp = Effect.fn("Player.signUp")(function*({ url }: Site, number: number) {
  const email = `player${number}@example.com`
  const password = randomBytes(15).toString("base64url")
  const body = { email, username: `player${number}`, password }
  const answer = yield* expectJson(201, url, "POST", "/auth/sign-up", { body })
  const player: Player = {
    id: textAt(answer, "user", "id"),
    email,
    password,
    token: textAt(answer, "tokens", "accessToken")
  }
  return player
})

/** Signs in again: hours have passed. */
export const signIn = Effect.fn("Player.signIn")(function*({ url }: Site, player: Player) {
  const { email, password } = player
  const answer = yield* expectJson(200, url, "POST", "/auth/sign-in", { body: { email, password } })
  return { ...player, token: textAt(answer, "tokens", "accessToken") }
})

/** How often a player looks whether what was bought is there, and for how long at most. */
const lookPause = "20 millis"
const lookPatience = "20 seconds"

/** Buys credit in the app's shop, which tells the server by its webhook; waits until the wallet has it. */
export const fund = Effect.fn("Player.fund")(function*(site: Site, player: Player) {
  const event = {
    type: "NON_RENEWING_PURCHASE",
    id: randomUUID(),
    app_user_id: player.id,
    original_app_user_id: player.id,
    aliases: [],
    environment: "PRODUCTION",
    store: "APP_STORE",
    product_id: shopProduct,
    transaction_id: `demo-${player.id}`,
    price: 14.99
  }
  yield* toldByShop(site, event)
  yield* balanceOf(site, player).pipe(
    Effect.repeat({ until: (balance) => balance !== "0.00", schedule: Schedule.spaced(lookPause) }),
    Effect.timeoutOrElse({
      duration: lookPatience,
      orElse: () => Effect.fail(new DemoFailed({ message: "What was bought in the shop did not come." }))
    })
  )
})

const toldByShop = ({ shopAuthorization, url }: Site, event: object): Effect.Effect<void, DemoFailed> =>
  Effect.flatMap(
    request(url, "POST", "/webhooks/revenuecat", {
      authorization: shopAuthorization,
      body: { api_version: "1.0", event }
    }),
    ({ status, text }) =>
      status === 200
        ? Effect.void
        : Effect.fail(new DemoFailed({ message: `The shop's webhook was answered ${status}: ${text}` }))
  )

/** Verifies the player's address by the link in the welcome mail. */
const verify = Effect.fn("Player.verify")(function*(site: Site, { email }: Player) {
  const token = yield* site.verification(email).pipe(
    Effect.repeat({ until: (found) => found !== null, schedule: Schedule.spaced(lookPause) }),
    Effect.timeoutOrElse({ duration: lookPatience, orElse: () => Effect.succeed(null) })
  )
  if (token === null) return yield* new DemoFailed({ message: `No mail verifies ${email}.` })
  const { status, text } = yield* request(site.url, "POST", "/auth/verify-email", { body: { token } })
  if (status !== 204) return yield* new DemoFailed({ message: `A mailed link was answered ${status}: ${text}` })
})

/** Verifies the address, opens an account with the payout provider, and has `amount` paid out to it; gives how the withdrawal ended. */
export const withdraw = Effect.fn("Player.withdraw")(function*(site: Site, player: Player, amount: string) {
  yield* verify(site, player)
  const { url } = site
  const { token } = player
  yield* expectJson(201, url, "POST", "/wallet/payout-account", { token })
  const account = yield* expectJson(200, url, "GET", "/wallet/payout-account", { token })
  if (at(account, "status") !== "ready") return `not begun: the payout account is ${String(at(account, "status"))}`
  const asked = yield* expectJson(202, url, "POST", "/wallet/withdraw", {
    token,
    idempotencyKey: randomUUID(),
    body: { amount }
  })
  const id = textAt(asked, "id")
  const look = Effect.map(
    expectJson(200, url, "GET", "/wallet/transactions?type=withdrawal", { token }),
    (page) => String(at(arrayAt(page, "items").find((movement) => at(movement, "id") === id), "status"))
  )
  return yield* look.pipe(
    Effect.repeat({ until: (status) => status !== "pending", schedule: Schedule.spaced("200 millis") }),
    Effect.timeoutOrElse({ duration: lookPatience, orElse: () => Effect.succeed("pending") })
  )
})

/** Buys, under a key unless the player is careless; null where there was not enough money. */
export const buy = (
  { url }: Site,
  { token }: Player,
  quantity: number,
  idempotencyKey: string = randomUUID()
): Effect.Effect<Purchase | null, DemoFailed> =>
  Effect.suspend(() => {
    const asked = performance.now()
    return Effect.flatMap(
      request(url, "POST", "/lottery/purchase-ticket", { token, idempotencyKey, body: { quantity } }),
      ({ headers, status, text }) => {
        if (status === 402) return Effect.succeed(null)
        if (status !== 201) {
          return Effect.fail(new DemoFailed({ message: `A purchase was answered ${status}: ${text}` }))
        }
        const json: unknown = JSON.parse(text)
        return Effect.succeed({
          drawId: textAt(json, "draw", "id"),
          tickets: arrayAt(json, "tickets").map((ticket) => ({
            ticketId: textAt(ticket, "ticketId"),
            ownerSalt: textAt(ticket, "ownerSalt")
          })),
          balance: textAt(json, "wallet", "balance"),
          replayed: headers.get("idempotent-replayed") === "true",
          millis: performance.now() - asked
        })
      }
    )
  })

/** What is in the wallet: `"7.00"`. */
export const balanceOf = ({ url }: Site, { token }: Player): Effect.Effect<string, DemoFailed> =>
  Effect.map(expectJson(200, url, "GET", "/user/profile", { token }), (profile) => textAt(profile, "wallet", "balance"))

/** The prizes in the newest movements of the wallet, as the API spells them. */
export const prizesOf = ({ url }: Site, { token }: Player): Effect.Effect<ReadonlyArray<string>, DemoFailed> =>
  Effect.map(
    expectJson(200, url, "GET", "/wallet/transactions?type=prize_win", { token }),
    (page) => arrayAt(page, "items").map((movement) => String(at(movement, "amount")))
  )
