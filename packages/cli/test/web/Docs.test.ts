import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import {
  accessibilityFaults,
  Browser,
  chromiumPath,
  desktop,
  needsChromium,
  overhang,
  phone,
  untilShown,
  visit
} from "../support/Browser.ts"
import { password, Site } from "../support/Site.ts"

const world = Layer.merge(Site.layer({ processes: [{ PUBLIC_URL: "" }] }), Browser.layer)

const address = Effect.map(Site, ({ servers }) => `http://localhost:${new URL(servers[0]?.url ?? "").port}`)

describe.skipIf(chromiumPath === undefined)("in Chromium", needsChromium, () => {
  layer(world, { excludeTestServices: true, timeout: "60 seconds" })("the pages of the contract", (it) => {
    it.effect("send what is tried, with the token of who signed in there", () =>
      Effect.gen(function*() {
        const url = yield* address
        yield* visit(url, "/docs", async (page) => {
          const signUp = page.locator("[id='auth.signUp']")
          await signUp.locator("summary").click()
          await signUp.getByLabel("Body", { exact: true }).fill(
            JSON.stringify({ email: "reader@example.com", username: "Reader", password })
          )
          await signUp.getByRole("button", { name: "Send" }).click()
          await signUp.getByText("What you try from here on is asked as this player.").waitFor()
          const profile = page.locator("[id='user.profile']")
          await profile.locator("summary").click()
          const [request] = await Promise.all([
            page.waitForRequest(/\/user\/profile$/),
            profile.getByRole("button", { name: "Send" }).click()
          ])
          assert.match((await request.allHeaders())["authorization"] ?? "", /^Bearer ey/)
          await profile.getByText("200 OK").waitFor()
          assert.include(await profile.locator(".answer").textContent(), "\"username\": \"Reader\"")
        })
      }), 180_000)

    it.effect(
      "fill parameters into the path and the query, and show a refusal as it came",
      () =>
        Effect.gen(function*() {
          const url = yield* address
          yield* visit(url, "/docs#lottery.drawByDate", async (page) => {
            const operation = page.locator("[id='lottery.drawByDate'][open]")
            await operation.getByLabel("drawDate").fill("2026-02-03")
            await operation.getByRole("button", { name: "Send" }).click()
            await operation.getByText("200 OK").waitFor()
            const history = page.locator("[id='lottery.drawHistory']")
            await history.locator("summary").click()
            await history.getByLabel("limit").fill("0")
            const [request] = await Promise.all([
              page.waitForRequest(/draw-history\?limit=0$/),
              history.getByRole("button", { name: "Send" }).click()
            ])
            assert.isUndefined((await request.allHeaders())["authorization"])
            await history.getByText("400 Bad Request").waitFor()
            assert.include(await history.locator(".answer").textContent(), "invalid_request")
          }, { expected: /400/ })
        }),
      180_000
    )

    it.effect("write codes as they are, and lead to no other site", () =>
      Effect.gen(function*() {
        const url = yield* address
        yield* visit(url, "/docs#lottery.purchaseTicket", async (page) => {
          const operation = page.locator("[id='lottery.purchaseTicket'][open]")
          await operation.locator(".problems code", { hasText: "idempotency_key_reused" }).waitFor()
          for (const path of ["/docs", "/docs/websocket"]) {
            await page.goto(`${url}${path}`)
            await page.locator("#docs-note").waitFor({ state: "detached" })
            const links = await page.evaluate("Array.from(document.querySelectorAll('a'), ({ origin }) => origin)")
            assert.deepStrictEqual([...new Set(links as Array<string>)], [url])
          }
        })
      }), 180_000)

    it.effect("tell of the WebSocket: messages, events and close codes", () =>
      Effect.gen(function*() {
        const url = yield* address
        yield* visit(url, "/docs/websocket", async (page) => {
          await page.getByRole("heading", { name: "draw:update" }).waitFor()
          await untilShown(page, "#close-codes", "1013")
          await untilShown(page, "#server", `${url.replace("http", "ws")}/ws`)
        })
      }), 180_000)

    for (const [name, size] of Object.entries({ phone, desktop })) {
      it.effect(`fit into a ${name}'s window, light and dark, and leave nobody out`, () =>
        Effect.gen(function*() {
          const url = yield* address
          for (const path of ["/docs#wallet.withdraw", "/docs/websocket"]) {
            yield* visit(url, path, async (page) => {
              await page.locator("#docs-note").waitFor({ state: "detached" })
              for (const colorScheme of ["light", "dark"] as const) {
                await page.emulateMedia({ colorScheme })
                assert.strictEqual(await overhang(page), 0)
                assert.deepStrictEqual(await accessibilityFaults(page), [])
              }
            }, { ...size, bypassCSP: true, reducedMotion: "reduce" })
          }
        }), 180_000)
    }
  })
})
