/** A player of the demo, and what they do. */
import { type Cents, formatCents } from "@ddd/core/Money"
import { Effect } from "effect"
import { randomBytes, randomUUID } from "node:crypto"
import { arrayAt, at, expectJson, request, textAt } from "./Client.ts"
import { DemoFailed } from "./DemoFailed.ts"
import type { Site } from "./Site.ts"

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

/** Credits the player, as a store's webhook would. */
export const deposit = (
  { internalToken, url }: Site,
  { id }: Player,
  amount: Cents
): Effect.Effect<unknown, DemoFailed> =>
  expectJson(201, url, "POST", "/wallet/deposit", {
    token: internalToken,
    body: { userId: id, amount: formatCents(amount), referenceId: `demo:${id}` }
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
