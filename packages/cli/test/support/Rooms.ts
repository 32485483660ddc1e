/** Rooms over HTTP, on the site of the tests. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Answer, Call } from "./Call.ts"
import { eventually } from "./Ddd.ts"
import { addressIn, at, type Player, Site, textAt } from "./Site.ts"

export interface Room {
  readonly id: string
  readonly code: string
}

/** A player who can be asked for again once the token is too old. */
export interface Member extends Player {
  /** The client's address: each has one of their own, so that nobody counts for another. */
  readonly from: string
}

let addressesTaken = 20_000

/** A player with $5.00. */
export const newMember = Effect.gen(function*() {
  const { deposit, newPlayer } = yield* Site
  const player = yield* newPlayer
  yield* deposit(player, "5.00")
  const member: Member = { ...player, from: addressIn(++addressesTaken) }
  return member
})

/** Asks as a member, of the first server or the one `at` a URL. */
export const askAs = (
  { accessToken, from }: Member,
  method: string,
  path: string,
  asked: Call & { readonly at?: string } = {}
): Effect.Effect<Answer, never, Site> =>
  Effect.flatMap(Site, ({ ask }) => ask(method, path, { token: accessToken, from, ...asked }))

/** Asks for what must be answered so. */
export const expectAs = (
  status: number,
  member: Member,
  method: string,
  path: string,
  body?: unknown
): Effect.Effect<unknown, never, Site> =>
  Effect.map(askAs(member, method, path, body === undefined ? {} : { body }), (answer) => {
    assert.strictEqual(answer.status, status, `${method} ${path}: ${answer.text}`)
    return answer.json
  })

/** The same player, signed in anew. */
const signedInAgain = (member: Member) =>
  Effect.gen(function*() {
    const answer = yield* (yield* Site).signIn(member.email, undefined, { from: member.from })
    assert.strictEqual(answer.status, 200, answer.text)
    const again: Member = { ...member, accessToken: textAt(answer.json, "tokens", "accessToken") }
    return again
  })

/**
 * Moves the clock by more than an access token's life, waits until every server knows, and gives these players, signed in
 * anew. Their tokens must be good until then.
 */
export const later = (millis: number, members: ReadonlyArray<Member>) =>
  Effect.gen(function*() {
    const { advance, urls } = yield* Site
    yield* advance(millis)
    const [member] = members
    assert(member !== undefined)
    for (const url of urls) {
      yield* eventually(
        "the server's clock",
        askAs(member, "GET", "/user/profile", { at: url }),
        ({ status }) => status === 401
      )
    }
    return yield* Effect.forEach(members, signedInAgain)
  })

/** A room of the host's, in which these players are too. */
export const newRoom = (host: Member, friends: ReadonlyArray<Member> = [], name = "Friday night") =>
  Effect.gen(function*() {
    const made = yield* expectAs(201, host, "POST", "/rooms", { name })
    const room: Room = { id: textAt(made, "id"), code: textAt(made, "code") }
    for (const friend of friends) yield* expectAs(200, friend, "POST", `/rooms/${room.code}/join`, { code: room.code })
    return room
  })

/** Each of these members buys the one ticket. */
export const buyIn = ({ id }: Room, members: ReadonlyArray<Member>) =>
  Effect.forEach(members, (member) => expectAs(201, member, "POST", `/rooms/${id}/purchase-ticket`))

/** A room as a member sees it. */
export const roomOf = (member: Member, { id }: Room) => expectAs(200, member, "GET", `/rooms/${id}`)

/** What is in the wallet: `"5.00"`. */
export const balanceOf = (member: Member) =>
  Effect.map(expectAs(200, member, "GET", "/user/profile"), (profile) => textAt(profile, "wallet", "balance"))

/** The amounts of a player's movements of one type, newest first. */
export const movementsOf = (member: Member, type: string) =>
  Effect.map(expectAs(200, member, "GET", `/wallet/transactions?type=${type}`), (page) => {
    const items = at(page, "items")
    assert(Array.isArray(items))
    return items.map((movement: unknown) => textAt(movement, "amount"))
  })

/** The last line of what `ddd verify` says of the room's bundle, as this member gets it; and the bundle. */
export const verdictOf = (member: Member, { id }: Room) =>
  Effect.gen(function*() {
    const { ask, ddd } = yield* Site
    const { status, text } = yield* askAs(member, "GET", `/rooms/${id}/proof`)
    assert.strictEqual(status, 200, text)
    const vkey = (yield* ask("GET", "/log/vkey")).text.trim()
    const { stdout } = yield* ddd(["verify", "-", "--vkey", vkey], text)
    return { verdict: stdout.trimEnd().split("\n").at(-1), bundle: text }
  })

/** The clock of the database, in ms. */
export const clock = Effect.gen(function*() {
  const { sql } = yield* Site
  const [row] = yield* Effect.orDie(
    sql<{ readonly millis: number }>`SELECT (extract(epoch FROM app_now()) * 1000)::float8 AS millis`
  )
  return row?.millis ?? assert.fail("the database has a clock")
})
