/** The handlers of `LotteryApi`: the daily draw. */
import { followedHashes, isFollowed } from "@ddd/core/draws/DrawChain"
import { nobleSha256 } from "@ddd/core/hash/Hash"
import type { WithdrawalTerms } from "@ddd/core/money/Withdrawable"
import { BeaconChains } from "@ddd/core/ports/BeaconChains"
import { Draws, type LastWinner } from "@ddd/core/ports/Draws"
import { Sales } from "@ddd/core/ports/Sales"
import { bundleContentType } from "@ddd/core/proof/Proof"
import { isTicketId, isUuid } from "@ddd/core/values/Ids"
import { type Day, parseDay } from "@ddd/core/values/Instant"
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { cacheControl, immutable, revalidate } from "../boundary/Caching.ts"
import { withoutPorts } from "../boundary/WithoutPorts.ts"
import { refuse } from "../problems/Problem.ts"
import { refuseUnavailable } from "../problems/Unavailability.ts"
import { CurrentUser, makeViewer } from "../requests/Authentication.ts"
import { type PagedList, readPage } from "../requests/Cursors.ts"
import { drawBody } from "./LotteryBodies.ts"
import { makeProofBundle } from "./ProofBundle.ts"
import { makePurchase, nothingOnSaleRetrySeconds } from "./Purchase.ts"
import { refuseUnfollowed } from "./PurchaseProblems.ts"

export const layer = (terms: WithdrawalTerms) =>
  withoutPorts(Effect.gen(function*() {
    const draws = yield* Draws
    const sales = yield* Sales
    const proofBundle = yield* makeProofBundle
    const viewerOf = yield* makeViewer
    const followed = followedHashes(nobleSha256, (yield* BeaconChains).followed)

    const drawOf = Effect.fnUntraced(function*(day: Day) {
      const draw = yield* Effect.catchTag(draws.byDay(day), "Unavailable", refuseUnavailable)
      return draw ?? (yield* refuseNoDraw)
    })

    return HttpApiBuilder.group(Api, "lottery", (handlers) =>
      handlers
        .handle("currentDraw", () =>
          Effect.gen(function*() {
            const draw = yield* Effect.catchTag(draws.current, "Unavailable", refuseUnavailable)
            if (draw === null) {
              return yield* refuse("unavailable", "No draw is on sale at this moment.", {
                retryAfter: nothingOnSaleRetrySeconds
              })
            }
            // what is not sold is not shown as on sale, nor its outcome promised
            if (!isFollowed(followed, draw.beacon?.chainHash ?? null)) return yield* refuseUnfollowed("")
            yield* cacheControl(revalidate)
            return drawBody(draw)
          }))
        .handleRaw("purchaseTicket", makePurchase(sales, terms))
        .handle("tickets", ({ query }) =>
          Effect.gen(function*() {
            const { userId } = yield* CurrentUser
            const filter = { drawId: query.drawId ?? null, status: query.status ?? null }
            return yield* readPage(
              ticketList,
              [userId, filter.drawId, filter.status],
              query,
              (page) => draws.ticketsOf(userId, filter, page)
            )
          }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)))
        .handle("verifyTicket", ({ params, request }) =>
          Effect.gen(function*() {
            const ticketId = params.ticketId.toUpperCase()
            const isPublic = !ticketId.startsWith(roomTicketPrefix)
            const viewer = isPublic ? null : yield* viewerOf(request)
            const check = isTicketId(ticketId) ? yield* draws.checkTicket(ticketId, viewer) : null
            if (check === null) return yield* refuse("not_found", "There is no ticket with this id.")
            if (isPublic) yield* cacheControl(revalidate)
            return check
          }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)))
        .handle("drawHistory", ({ query }) =>
          Effect.gen(function*() {
            const page = yield* readPage(drawList, [], query, draws.history)
            yield* cacheControl(revalidate)
            return { ...page, items: page.items.map(drawBody) }
          }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)))
        .handle("lastWinner", () =>
          Effect.gen(function*() {
            const last = yield* Effect.catchTag(draws.lastWinner, "Unavailable", refuseUnavailable)
            yield* cacheControl(revalidate)
            return last === null
              ? { draw: null, winner: null }
              : { draw: drawBody(last.draw), winner: masked(last.winner) }
          }))
        .handle(
          "drawByDate",
          ({ params }) => Effect.tap(Effect.map(drawOf(params.drawDate), drawBody), cacheControl(revalidate))
        )
        .handle("records", ({ params }) =>
          Effect.gen(function*() {
            const draw = yield* drawOf(params.drawDate)
            const notes = yield* Effect.catchTag(draws.notes(draw.id), "Unavailable", refuseUnavailable)
            if (notes === null) return yield* refuseNoDraw
            yield* cacheControl(notes.result === null ? revalidate : immutable)
            return notes
          }))
        .handle("proof", ({ params }) =>
          Effect.gen(function*() {
            const draw = yield* drawOf(params.drawDate)
            const source = yield* Effect.catchTag(draws.proof(draw.id), "Unavailable", refuseUnavailable)
            if (source === null) return yield* refuseNoDraw
            return HttpServerResponse.stream(yield* proofBundle(source, draw), {
              contentType: bundleContentType,
              headers: { "cache-control": source.notes.result === null ? revalidate : immutable }
            })
          })))
  }))

const ticketList: PagedList = { name: "tickets", isKey: isUuid }
const drawList: PagedList = { name: "draw-history", isKey: (text) => parseDay(text) !== undefined }

/** What the public ids of rooms' tickets begin with. Those are shown to the room's members alone. */
const roomTicketPrefix = "ROOM-"

const refuseNoDraw = refuse("not_found", "There is no draw of this day.")

/** The winner with a masked name: its first two characters, then `***` (docs/api.md, "last-winner"). */
const masked = (winner: LastWinner["winner"]) =>
  winner === null ? null : { ...winner, username: `${winner.username?.slice(0, 2) ?? ""}***` }
