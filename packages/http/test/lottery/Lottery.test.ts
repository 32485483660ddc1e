import { cents } from "@ddd/core/money/Money"
import { Draws } from "@ddd/core/ports/Draws"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import { World } from "@ddd/sim/World"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { assertProblem, at, Client, layer as server, makePlayer, ports, runDue, textAt } from "../support/Server.ts"

const get = (path: string, token?: string) =>
  Effect.flatMap(Client, ({ call }) => call("GET", `/lottery/${path}`, token === undefined ? {} : { token }))

const buy = (token: string, quantity = 1) =>
  Effect.flatMap(Client, ({ call }) => call("POST", "/lottery/purchase-ticket", { token, body: { quantity } }))

const immutable = "public, max-age=31536000, immutable"
const dayMillis = 86_400_000

/** Lets the present draw end, and the next begin. */
const nextDay = Effect.gen(function*() {
  yield* (yield* World).advance(dayMillis)
  yield* (yield* Draws).publishAhead
  yield* runDue
}).pipe(Effect.orDie)

layer(server())("a draw on sale", (it) => {
  it.effect("is shown with all of its fields, what is not known yet being null", () =>
    Effect.gen(function*() {
      const answer = yield* get("current-draw")
      assert.strictEqual(answer.status, 200, answer.text)
      assert.strictEqual(answer.headers.get("cache-control"), "public, no-cache")
      assert.deepStrictEqual({ ...(answer.json as object), id: "", commitmentHash: "" }, {
        id: "",
        drawDate: "2026-02-03",
        status: "open",
        prizePool: "0.00",
        totalEntries: 0,
        ticketPrice: "1.00",
        commitmentHash: "",
        opensAt: "2026-02-03T10:30:00.000Z",
        closesAt: "2026-02-04T00:00:00.000Z",
        beacon: null,
        entriesRoot: null,
        seed: null,
        winningPosition: null,
        winningTicketId: null,
        drawnAt: null
      })
      assert.strictEqual((yield* get("draws/2026-02-03")).text, answer.text)
    }))

  it.effect("has an open record, and a bundle of one line", () =>
    Effect.gen(function*() {
      const records = yield* get("draws/2026-02-03/records")
      assert.strictEqual(records.headers.get("cache-control"), "public, no-cache")
      assert.match(textAt(records.json, "open"), /^ddd\/open\/v1\n/)
      assert.isNull(at(records.json, "lock"))
      const proof = yield* get("draws/2026-02-03/proof")
      assert.strictEqual(proof.headers.get("content-type"), "application/x-ndjson")
      assert.strictEqual(proof.headers.get("cache-control"), "public, no-cache")
      assert.strictEqual(proof.text.split("\n").length, 2)
      assert.strictEqual(textAt(JSON.parse(proof.text), "open"), textAt(records.json, "open"))
    }))

  it.effect("is published days ahead, and not before", () =>
    Effect.gen(function*() {
      assert.strictEqual(at((yield* get("draws/2026-02-10")).json, "status"), "scheduled")
      assertProblem(yield* get("draws/2026-02-11"), 404, "not_found")
      assertProblem(yield* get("draws/2026-02-11/records"), 404, "not_found")
      assertProblem(yield* get("draws/2026-02-11/proof"), 404, "not_found")
    }))

  it.effect("is asked for by a day of the calendar", () =>
    Effect.gen(function*() {
      for (const day of ["2026-02-30", "2026-2-3", "today", "20260203", "2026-02-03T00:00:00.000Z"]) {
        for (const what of ["", "/records", "/proof"]) {
          const answer = yield* get(`draws/${day}${what}`)
          assertProblem(answer, 400, "invalid_request")
          assert.strictEqual(at(answer.json, "errors", 0, "path"), "drawDate")
          assertProblem(yield* get(`draws/%00${what}`), 404, "not_found")
        }
      }
    }))
})

layer(server())("a player's tickets", (it) => {
  it.effect("are shown to their buyer alone, page by page, newest first", () =>
    Effect.gen(function*() {
      const [one, other] = [yield* makePlayer(cents(500n)), yield* makePlayer(cents(500n))]
      const bought = yield* buy(one.token, 3)
      yield* buy(other.token, 1)
      const page = yield* get("tickets?limit=2", one.token)
      assert.strictEqual(page.headers.get("cache-control"), "no-store")
      assert.deepStrictEqual(
        [at(page.json, "items", 0), at(page.json, "items", 1)],
        [at(bought.json, "tickets", 2), at(bought.json, "tickets", 1)]
      )
      const rest = yield* get(`tickets?limit=2&cursor=${textAt(page.json, "nextCursor")}`, one.token)
      assert.deepStrictEqual(rest.json, { items: [at(bought.json, "tickets", 0)], nextCursor: null })
      assert.lengthOf(at((yield* get("tickets", other.token)).json, "items") as ReadonlyArray<unknown>, 1)
    }))

  it.effect("may be of one draw or status", () =>
    Effect.gen(function*() {
      const { token } = yield* makePlayer(cents(500n))
      const drawId = textAt((yield* buy(token)).json, "draw", "id")
      const count = (query: string) =>
        Effect.map(get(`tickets?${query}`, token), ({ json }) => (at(json, "items") as ReadonlyArray<unknown>).length)
      assert.strictEqual(yield* count(`drawId=${drawId}&status=active`), 1)
      assert.strictEqual(yield* count("status=won"), 0)
      assert.strictEqual(yield* count("drawId=018f2d5e-7a1b-7cc0-9d3a-0b7a3f6f1a2b"), 0)
    }))

  it.effect("are refused for queries that are not known, and without a token", () =>
    Effect.gen(function*() {
      const { token } = yield* makePlayer()
      for (const query of ["limit=0", "cursor=x", "status=lots", "drawId=1", "userId=1"]) {
        assertProblem(yield* get(`tickets?${query}`, token), 400, "invalid_request")
      }
      assertProblem(yield* get("tickets"), 401, "unauthenticated")
    }))

  it.effect("may be verified by anyone, in any case, without naming the buyer", () =>
    Effect.gen(function*() {
      const { id, token } = yield* makePlayer(cents(500n))
      const bought = yield* buy(token)
      const ticketId = textAt(bought.json, "tickets", 0, "ticketId")
      const answer = yield* get(`tickets/${ticketId.toLowerCase()}/verify`)
      assert.deepStrictEqual(answer.json, {
        ticketId,
        drawId: textAt(bought.json, "draw", "id"),
        drawDate: "2026-02-03",
        position: at(bought.json, "tickets", 0, "position"),
        ticketHash: textAt(bought.json, "tickets", 0, "ticketHash"),
        sealValid: true,
        inclusion: null
      })
      assert.notInclude(answer.text, id)
      const unknown = [
        "DDL-20260203-00000",
        "ROOM-K7M2QX-7K3QX",
        "nonsense",
        "x".repeat(200),
        textAt(bought.json, "tickets", 0, "id")
      ]
      for (const each of unknown) assertProblem(yield* get(`tickets/${each}/verify`), 404, "not_found")
    }))
})

layer(server())("draws that are over", (it) => {
  it.effect("are not there on the first day", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* get("draw-history")).json, { items: [], nextCursor: null })
      assert.deepStrictEqual((yield* get("last-winner")).json, { draw: null, winner: null })
    }))

  it.effect("show their seed, winner and proof, for ever", () =>
    Effect.gen(function*() {
      const player = yield* makePlayer(cents(500n))
      const bought = yield* buy(player.token, 5)
      yield* nextDay

      const draw = yield* get("draws/2026-02-03")
      assert.strictEqual(at(draw.json, "status"), "drawn")
      assert.match(textAt(draw.json, "seed"), /^[0-9a-f]{64}$/)
      assert.strictEqual(at(draw.json, "prizePool"), "4.75")
      assert.strictEqual(textAt(draw.json, "drawnAt"), "2026-02-04T10:30:00.000Z")

      const last = yield* get("last-winner")
      assert.deepStrictEqual(at(last.json, "draw"), draw.json)
      assert.deepStrictEqual(at(last.json, "winner"), {
        username: "pl***",
        ticketId: textAt(draw.json, "winningTicketId"),
        position: at(draw.json, "winningPosition"),
        prizeAmount: "4.75"
      })
      assert.deepStrictEqual((yield* get("draw-history")).json, { items: [draw.json], nextCursor: null })

      const records = yield* get("draws/2026-02-03/records")
      assert.strictEqual(records.headers.get("cache-control"), immutable)
      assert.match(textAt(records.json, "result"), /^ddd\/result\/v1\n/)
      const proof = yield* get("draws/2026-02-03/proof")
      assert.strictEqual(proof.headers.get("cache-control"), immutable)
      const [header = "", ...lines] = proof.text.split("\n")
      assert.strictEqual(textAt(JSON.parse(header), "result"), textAt(records.json, "result"))
      assert.deepStrictEqual(
        lines.slice(0, -1).map((line) => textAt(JSON.parse(line), 0)),
        Array.from({ length: 5 }, (_, i) => textAt(bought.json, "tickets", i, "ticketId"))
      )
      const { sealValid, inclusion } = (yield* get(`tickets/${textAt(bought.json, "tickets", 3, "ticketId")}/verify`))
        .json as { readonly sealValid: unknown; readonly inclusion: unknown }
      assert.isTrue(sealValid)
      assert.strictEqual(at(inclusion, "leafIndex"), 3)
      assert.strictEqual(at(inclusion, "rootHash"), at(draw.json, "entriesRoot"))

      const won = yield* get("tickets?status=won", player.token)
      assert.strictEqual(at(won.json, "items", 0, "prizeAmount"), "4.75")
    }))

  it.effect("go page by page, newest first", () =>
    Effect.gen(function*() {
      yield* nextDay
      yield* nextDay
      const first = yield* get("draw-history?limit=2")
      const rest = yield* get(`draw-history?limit=2&cursor=${textAt(first.json, "nextCursor")}`)
      assert.deepStrictEqual(
        [at(first.json, "items", 0), at(first.json, "items", 1), at(rest.json, "items", 0)].map((draw) =>
          at(draw, "drawDate")
        ),
        ["2026-02-05", "2026-02-04", "2026-02-03"]
      )
      assert.isNull(at(rest.json, "nextCursor"))
      for (const query of ["cursor=yesterday", "limit=1000", "day=1"]) {
        assertProblem(yield* get(`draw-history?${query}`), 400, "invalid_request")
      }
      assert.isNull(at((yield* get("last-winner")).json, "winner"))
    }))
})

const down = Effect.fail(new Unavailable({ message: "no database", retryAfter: 2 }))
const noDraws = Layer.mock(Draws)({
  current: down,
  byDay: () => down,
  history: () => down,
  lastWinner: down,
  ticketsOf: () => down,
  checkTicket: () => down
})

layer(server({}, Layer.provideMerge(noDraws, ports)))("when the store is away", (it) => {
  it.effect("answers 503 everywhere, and says when to try again", () =>
    Effect.gen(function*() {
      const { token } = yield* makePlayer()
      const paths = [
        "current-draw",
        "draw-history",
        "last-winner",
        "draws/2026-02-03",
        "draws/2026-02-03/records",
        "draws/2026-02-03/proof",
        "tickets",
        "tickets/DDL-20260203-7K3QX/verify"
      ]
      for (const path of paths) {
        const answer = yield* get(path, token)
        assertProblem(answer, 503, "unavailable")
        assert.strictEqual(answer.headers.get("retry-after"), "2")
      }
    }))
})

layer(server())("between draws", (it) => {
  it.effect("there is no current draw", () =>
    Effect.gen(function*() {
      yield* (yield* World).advance(30 * dayMillis)
      assertProblem(yield* get("current-draw"), 503, "unavailable")
    }))
})
