/** A site on which draws are over: what the public pages show. */
import { assert } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { arrayAt, type Player, Site, textAt } from "./Site.ts"

const day = 86_400_000

export interface OwnTicket {
  readonly ticketId: string
  readonly ownerSalt: string
  readonly userId: string
}

const make = Effect.gen(function*() {
  const { advance, ask, buy, deposit, newPlayer, servers, signIn, untilDrawn } = yield* Site
  const { port } = new URL(servers[0]?.url ?? "")
  const player = yield* newPlayer
  yield* deposit(player, "40.00")

  /** Moves the clock on, and waits until the draw of that day is drawn; the player's token is too old then. */
  const pass = (millis: number, drawn: string) =>
    Effect.gen(function*() {
      yield* advance(millis)
      yield* untilDrawn(drawn)
    })
  const signedIn = (who: Player) =>
    Effect.gen(function*() {
      const answer = yield* signIn(who.email)
      assert.strictEqual(answer.status, 200, answer.text)
      return textAt(answer.json, "tokens", "accessToken")
    })

  // the days from the 3rd to the 7th, in which nobody plays; then the 8th
  yield* pass(5 * day, "2026-02-07")
  const bought = yield* buy(yield* signedIn(player), 20)
  assert.strictEqual(bought.status, 201, bought.text)
  yield* pass(day, "2026-02-08")
  const tickets = arrayAt(bought.json, "tickets").map((ticket): OwnTicket => ({
    ticketId: textAt(ticket, "ticketId"),
    ownerSalt: textAt(ticket, "ownerSalt"),
    userId: player.id
  }))
  return {
    /** As PUBLIC_URL has it where nothing is set. */
    url: `http://localhost:${port}`,
    player,
    /** Of the draw of the 8th: the player's, all that there are. */
    tickets,
    /** Buys tickets of the draw on sale, as a player signed in anew. */
    buyMore: (quantity: number) =>
      Effect.gen(function*() {
        const answer = yield* buy(yield* signedIn(player), quantity)
        assert.strictEqual(answer.status, 201, answer.text)
      }),
    vkey: (yield* ask("GET", "/log/vkey")).text.trim(),
    /** The bundle of the draw of the 8th. */
    bundle: (yield* ask("GET", "/lottery/draws/2026-02-08/proof")).text
  }
})

export class PlayedDays extends Context.Service<PlayedDays, Effect.Success<typeof make>>()("@ddd/cli/test/PlayedDays") {
  /** With the site that it is on. */
  static readonly layer = Layer.effect(PlayedDays, make).pipe(
    Layer.provideMerge(Site.layer({ processes: [{ PUBLIC_URL: "" }] }))
  )
}
