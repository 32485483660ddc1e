import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { Page } from "playwright-core"
import {
  accessibilityFaults,
  Browser,
  chromiumPath,
  needsChromium,
  overhang,
  phone,
  visit
} from "../support/Browser.ts"
import { at, Site } from "../support/Site.ts"

const world = Layer.merge(Site.layer({ processes: [{ PUBLIC_URL: "" }] }), Browser.layer)

/** The site's address as its mails have it. */
const address = Effect.map(Site, ({ servers }) => `http://localhost:${new URL(servers[0]?.url ?? "").port}`)

const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name })

/** The path of the link in a mail to somebody, after `count` of that kind. */
const link = (email: string, kind: "verify-email" | "reset-password", count = 1) =>
  Effect.gen(function*() {
    const { mailbox } = yield* Site
    const token = yield* mailbox.token(email, kind, count)
    const mail = mailbox.to(email).find(({ text }) => text.includes(token))
    const at = `${yield* address}/${kind}?token=${token}`
    assert.include(mail?.text, at)
    const rest = /^[^\s"<]*/.exec(mail?.text.split(at)[1] ?? "")?.[0] ?? ""
    return { path: `/${kind}?token=${token}${rest}`, token }
  })

describe.skipIf(chromiumPath === undefined)("in Chromium", needsChromium, () => {
  layer(world, { excludeTestServices: true, timeout: "60 seconds" })("the pages that mails lead to", (it) => {
    it.effect("verify an address when asked to, not when opened, and once", () =>
      Effect.gen(function*() {
        const { ask, newPlayer } = yield* Site
        const services = yield* Effect.context<Site>()
        const url = yield* address
        const player = yield* newPlayer
        const isVerified = Effect.map(
          ask("GET", "/user/profile", { token: player.accessToken }),
          ({ json }) => at(json, "emailVerified")
        )
        const { path, token } = yield* link(player.email, "verify-email")
        yield* visit(url, path, async (page) => {
          await heading(page, "Verify your address").waitFor()
          assert.strictEqual(page.url(), `${url}/verify-email`)
          assert.notInclude(await page.content(), token)
          await page.getByText(`It becomes the address of the account ${player.username}.`).waitFor()
          assert.isFalse(await Effect.runPromiseWith(services)(isVerified))
          await page.keyboard.press("Tab")
          await page.getByRole("button", { name: "Yes, this address is mine" }).press("Enter")
          await heading(page, "Your address is verified").waitFor()
          assert.isTrue(await Effect.runPromiseWith(services)(isVerified))
        })
        yield* visit(url, path, async (page) => {
          await page.getByRole("button", { name: "Yes, this address is mine" }).click()
          await heading(page, "This link is no longer good").waitFor()
        }, { expected: /400/ })
        yield* visit(url, "/verify-email", async (page) => {
          await page.getByText("Please open the link in our mail once more").waitFor()
          assert.isFalse(await page.getByRole("button").isVisible())
        })
      }), 180_000)

    it.effect("mail a link, and set a new password by it", () =>
      Effect.gen(function*() {
        const { newPlayer, signIn } = yield* Site
        const url = yield* address
        const { email } = yield* newPlayer
        yield* visit(url, "/reset-password", async (page) => {
          await page.getByLabel("Your e-mail address").fill(email)
          await page.keyboard.press("Enter")
          await heading(page, "Look into your mail").waitFor()
          await page.locator("#sent h1:focus").waitFor()
        })
        const { path, token } = yield* link(email, "reset-password")
        yield* visit(url, path, async (page) => {
          assert.strictEqual(page.url(), `${url}/reset-password`)
          assert.notInclude(await page.content(), token)
          const password = page.getByLabel("New password")
          await password.fill("password2026!")
          await page.getByRole("button", { name: "Set this password" }).click()
          await page.getByText("The password is too easy to guess; choose another.").waitFor()
          assert.strictEqual(await password.getAttribute("aria-invalid"), "true")
          await page.getByLabel("Show it").check()
          assert.strictEqual(await password.getAttribute("type"), "text")
          await password.fill("copper walrus dances")
          await page.keyboard.press("Enter")
          await heading(page, "Your password is set").waitFor()
        }, { expected: /400/ })
        assert.strictEqual((yield* signIn(email, "copper walrus dances")).status, 200)
        yield* visit(url, path, async (page) => {
          await page.getByLabel("New password").fill("another walrus dances")
          await page.keyboard.press("Enter")
          await heading(page, "This link is no longer good").waitFor()
          await page.getByRole("button", { name: "Mail me a new link" }).click()
          await heading(page, "Reset your password").waitFor()
        }, { expected: /400/ })
      }), 180_000)

    it.effect("fit into a phone's window, and leave nobody out", () =>
      Effect.gen(function*() {
        const url = yield* address
        for (const path of ["/verify-email?token=x", "/reset-password", "/reset-password?token=x"]) {
          yield* visit(url, path, async (page) => {
            await page.getByRole("heading", { level: 1 }).waitFor()
            assert.strictEqual(await overhang(page), 0)
            assert.deepStrictEqual(await accessibilityFaults(page), [])
          }, { ...phone, bypassCSP: true })
        }
      }), 180_000)
  })
})
