/** What clients are told although the connection that the server hears the database by is dead without saying so. */
import { TestDatabase } from "@ddd/adapters-pg/testing/TestDatabase"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { at } from "../src/demo/Client.ts"
import { connect } from "../src/demo/Socket.ts"
import { eventually } from "./support/Ddd.ts"
import { proxyTo } from "./support/SilentProxy.ts"
import { Site } from "./support/Site.ts"

const day = 86_400_000

describe("a live client", () => {
  it.live(
    "is told late, and told, that a draw was drawn while the listening connection was half open",
    () =>
      Effect.gen(function*() {
        const database = yield* TestDatabase.make
        const proxy = yield* proxyTo(database.app)
        yield* Effect.gen(function*() {
          const { advance, ask, urls } = yield* Site
          const heard: Array<string> = []
          const socket = yield* connect(urls[0] ?? "", (message) => {
            if (at(message, "event") !== "draw:status") return
            heard.push(`${String(at(message, "data", "drawId"))} ${String(at(message, "data", "status"))}`)
          })
          yield* socket.say({ type: "subscribe", channel: "draw" })
          const current = yield* ask("GET", "/lottery/current-draw")
          const id = String(at(current.json, "id"))
          proxy.silence()
          assert.isAbove(proxy.silent(), 0)
          yield* advance(day)
          yield* eventually(
            "the news",
            Effect.succeed(heard),
            (all) => all.includes(`${id} drawn`)
          )
          yield* eventually("an end", Effect.sync(() => proxy.silent()), (count) => count === 0)
        }).pipe(
          Effect.provide(Site.layer({ database, processes: [{ DATABASE_DIRECT_URL: proxy.url }] }))
        )
      }).pipe(Effect.scoped),
    180_000
  )
})
