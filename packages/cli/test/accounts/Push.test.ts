/** Push notifications by a real server, through a service that speaks Expo's protocol. */
import * as ExpoStandIn from "@ddd/sim/providers/ExpoStandIn"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { eventually } from "../support/Ddd.ts"
import { assertProblem, at, type Player, Site, textAt } from "../support/Site.ts"

const minute = 60_000
const deviceId = (last: number) => `00000000-0000-4000-8000-${String(last).padStart(12, "0")}`
const tokenOf = (name: string) => `ExponentPushToken[${name}]`

const put = (player: Pick<Player, "accessToken">, last: number, token: string, locale = "en") =>
  Effect.flatMap(Site, ({ ask }) =>
    ask("PUT", `/user/devices/${deviceId(last)}`, {
      token: player.accessToken,
      body: { pushToken: tokenOf(token), platform: "ios", locale }
    }))

/** How many devices there are. */
const devices = Effect.flatMap(Site, ({ sql }) =>
  Effect.map(
    Effect.orDie(sql<{ readonly push_token: string }>`SELECT push_token FROM devices ORDER BY push_token`),
    (rows) => rows.map(({ push_token }) => push_token)
  ))

it.live(
  "tells the winner's devices once, whoever had them before; forgets one that is gone, and reads the receipts",
  () =>
    Effect.gen(function*() {
      const expo = yield* ExpoStandIn.make({
        // the first answer is lost before anything is done
        onRequest: (kind, nth) => kind === "send" && nth === 1 ? "no answer" : "done",
        onMessage: ({ to }) => to === tokenOf("gone") ? { ticket: "DeviceNotRegistered" } : "delivered"
      })
      const env = { EXPO_ACCESS_TOKEN: expo.accessToken, EXPO_API_BASE: expo.url }
      yield* story(expo).pipe(Effect.provide(Site.layer({ processes: [env] })))
    }).pipe(Effect.scoped),
  180_000
)

const story = Effect.fnUntraced(function*(expo: ExpoStandIn.ExpoStandIn) {
  const { advance, ask, buy, deposit, newPlayer, post, sql, untilDrawn } = yield* Site
  const [ada, bob] = [yield* newPlayer, yield* newPlayer]
  yield* deposit(ada, "5.00")

  // Bob had the phone before, and Ada a tablet on which she signed out
  assert.strictEqual((yield* put(bob, 1, "phone")).status, 204)
  assert.strictEqual((yield* put(ada, 1, "phone")).status, 204)
  assert.strictEqual((yield* put(ada, 2, "watch", "es-MX")).status, 204)
  assert.strictEqual((yield* put(ada, 3, "gone")).status, 204)
  const tablet = yield* (yield* Site).signIn(ada.email)
  const session = { accessToken: textAt(tablet.json, "tokens", "accessToken") }
  assert.strictEqual((yield* put(session, 4, "tablet")).status, 204)
  yield* post("/auth/sign-out", { refreshToken: textAt(tablet.json, "tokens", "refreshToken") })
  assertProblem(yield* put(session, 4, "tablet"), 401, "unauthenticated")
  assert.deepStrictEqual(yield* devices, ["gone", "phone", "watch"].map(tokenOf))

  assert.strictEqual((yield* buy(ada.accessToken, 1)).status, 201)
  const day = textAt((yield* ask("GET", "/lottery/current-draw")).json, "drawDate")
  yield* advance(13 * 60 * minute + 15 * minute)
  yield* eventually("the closing to be told", Effect.sync(() => expo.taken.length), (count) => count === 2)
  yield* advance(30 * minute)
  yield* untilDrawn(day)
  yield* eventually(
    "the win to be told",
    Effect.sync(() => expo.taken.filter(({ data }) => data.kind === "won").length),
    (count) => count >= 2
  )
  const told = expo.taken.map(({ data, title, to }) => `${data.kind} ${to} ${title}`)
  assert.sameMembers(told, [
    `closing ${tokenOf("phone")} The draw closes soon`,
    `closing ${tokenOf("watch")} El sorteo cierra pronto`,
    `won ${tokenOf("phone")} You won!`,
    `won ${tokenOf("watch")} ¡Has ganado!`
  ])
  assert.deepStrictEqual(yield* devices, ["phone", "watch"].map(tokenOf))
  yield* advance(20 * minute)
  yield* eventually("the receipts to be read", Effect.sync(() => expo.receiptsGiven.length), (count) => count === 4)
  yield* eventually(
    "nothing to be left",
    Effect.orDie(sql<{ readonly left: number }>`SELECT count(*)::int AS left FROM push_messages`),
    ([row]) => row?.left === 0
  )
  assert.lengthOf(expo.taken, 4)
})

it.live(
  "are files in development without a token of Expo's; what is no device is refused",
  () =>
    Effect.gen(function*() {
      const { ask, dataDir, deposit, newPlayer, post } = yield* Site
      const [host, guest] = [yield* newPlayer, yield* newPlayer]
      for (const [nth, player] of [host, guest].entries()) {
        yield* deposit(player, "2.00")
        // a device of today says how it writes numbers, too
        assert.strictEqual((yield* put(player, nth, `of-${nth}`, "en-US-u-hc-h23-nu-latn")).status, 204)
      }
      const body = { pushToken: tokenOf("a"), platform: "ios", locale: "en" }
      for (
        const wrong of [
          { ...body, pushToken: "a" },
          { ...body, platform: "web" },
          { ...body, locale: "en_US" },
          { ...body, more: 1 },
          { pushToken: body.pushToken }
        ]
      ) {
        const answer = yield* ask("PUT", `/user/devices/${deviceId(1)}`, { token: host.accessToken, body: wrong })
        assertProblem(answer, 400, "invalid_request")
      }
      assertProblem(yield* ask("PUT", "/user/devices/1", { token: host.accessToken, body }), 400, "invalid_request")
      assertProblem(yield* ask("PUT", `/user/devices/${deviceId(1)}`, { body }), 401, "unauthenticated")

      const room = yield* post("/rooms", { name: "\u202eFriday" }, { token: host.accessToken })
      assertProblem(room, 400, "invalid_request")
      const made = yield* post("/rooms", { name: "Friday" }, { token: host.accessToken })
      const path = `/rooms/${textAt(made.json, "id")}`
      yield* post(`${path}/join`, { code: at(made.json, "code") }, { token: guest.accessToken })
      for (const { accessToken } of [host, guest]) {
        yield* post(`${path}/purchase-ticket`, undefined, { token: accessToken })
      }
      yield* post(`${path}/start-draw`, {}, { token: host.accessToken })
      const folder = join(dataDir, "push")
      const files = yield* eventually(
        "the file",
        Effect.sync(() => {
          try {
            return readdirSync(folder)
          } catch {
            return []
          }
        }),
        (names) => names.length > 0
      )
      const [told] = files.map((name) => readFileSync(join(folder, name), "utf8"))
      assert.include(told, tokenOf("of-1"))
      assert.notInclude(told, "Friday")
      const removed = yield* ask("DELETE", `/user/devices/${deviceId(1)}`, { token: guest.accessToken })
      assert.strictEqual(removed.status, 204)
      assert.deepStrictEqual(yield* devices, [tokenOf("of-0")])
    }).pipe(Effect.provide(Site.layer())),
  180_000
)
