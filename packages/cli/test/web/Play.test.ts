/** The app for players (docs/play-app.md), by players with a browser each. */
import { en } from "@ddd/play/text/En"
import { es } from "@ddd/play/text/Es"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { Page } from "playwright-core"
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
import { arrayAt, password, Site } from "../support/Site.ts"

const world = Layer.merge(Site.layer({ processes: [{ PUBLIC_URL: "" }] }), Browser.layer)

/** The site's address, whose own pages may open WebSockets. */
const address = Effect.map(Site, ({ servers }) => `http://localhost:${new URL(servers[0]?.url ?? "").port}`)

const heading = (page: Page, name: string | RegExp) => page.getByRole("heading", { level: 1, name })

/** Goes to one of the five places, and waits until its title has the focus, as those who listen need it. */
const goTo = async (page: Page, name: "Draw" | "Tickets" | "Rooms" | "Wallet" | "Account", title: string) => {
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name }).click()
  await heading(page, title).waitFor({ state: "attached" })
  await page.locator("h1:focus").waitFor({ state: "attached" })
}

let players = 0

/** Fills in the form of a newcomer, whose name it gives. */
const signUp = async (page: Page): Promise<string> => {
  const name = `Guest${++players}`
  await heading(page, en.sign.upTitle).waitFor()
  await page.getByLabel(en.sign.email).fill(`${name}@example.com`)
  await page.getByLabel(en.sign.username).fill(name)
  await page.getByLabel(en.sign.password, { exact: true }).fill(password)
  await page.getByRole("button", { name: en.sign.up }).click()
  await page.getByText(en.sign.welcome(name)).waitFor()
  return name
}

/** The same from the first screen. */
const begin = async (page: Page): Promise<string> => {
  await page.getByRole("link", { name: en.buy.signUp }).click()
  return await signUp(page)
}

const addMoney = async (page: Page, amount = "$20.00"): Promise<void> => {
  await goTo(page, "Wallet", en.wallet.title)
  await page.getByRole("link", { name: en.add.title }).click()
  await page.getByRole("radio", { name: amount, exact: true }).check()
  await page.getByRole("button", { name: en.add.devButton(amount) }).click()
  await page.getByText(en.add.added(amount)).waitFor()
  await heading(page, en.wallet.title).waitFor()
}

const buy = async (page: Page, count: number): Promise<void> => {
  await goTo(page, "Draw", en.draw.title)
  await page.getByLabel(en.buy.quantity).fill(String(count))
  await page.getByRole("button", { name: en.buy.button(String(count), count === 1, `$${count}.00`) }).click()
  await page.getByText(en.buy.oddsNow(String(count), "", "").slice(0, 10)).waitFor()
}

/** Another player, in a browser of their own. */
const other = async (page: Page, path: string): Promise<Page> => {
  const context = await page.context().browser()?.newContext({ locale: "en-GB", timezoneId: "Europe/Berlin" })
  if (context === undefined) throw new Error("the page has no browser")
  page.once("close", () => void context.close())
  const opened = await context.newPage()
  await opened.goto(`${new URL(page.url()).origin}${path}`)
  return opened
}

/** Draws are drawn, rooms joined, and money is added under way: what was cached of a player is asked for once more. */
const expired = /401/

describe.skipIf(chromiumPath === undefined)("in Chromium", needsChromium, () => {
  layer(world, { excludeTestServices: true, timeout: "90 seconds" })("the app for players", (it) => {
    it.effect("takes a newcomer from the first screen to a ticket whose seal holds", () =>
      Effect.gen(function*() {
        const url = yield* address
        yield* visit(url, "/play", async (page) => {
          await begin(page)
          await addMoney(page)
          await untilShown(page, ".corner", "$20.00")
          await goTo(page, "Draw", en.draw.title)
          await page.getByRole("button", { name: en.buy.moreOf }).click()
          await page.getByText(/With them you would hold 2 of \d+ tickets/).waitFor()
          await page.getByRole("button", { name: "Buy 2 tickets for $2.00" }).click()
          await page.getByText(/You have tickets number \d+ to \d+\. Good luck\./).waitFor()
          await untilShown(page, ".corner", "$18.00")
          await page.getByText(/You hold 2 of \d+ tickets/).waitFor()
          await goTo(page, "Tickets", en.tickets.title)
          await page.locator("article").nth(1).waitFor()
          assert.strictEqual(await page.locator("article").count(), 2)
          await page.getByText(en.tickets.details).first().click()
          await page.getByRole("button", { name: en.tickets.check }).first().click()
          await page.getByText(en.tickets.sealed).waitFor()
          await goTo(page, "Wallet", en.wallet.title)
          await page.locator(".movement", { hasText: en.wallet.types.deposit }).getByText("+$20.00").waitFor()
          await page.locator(".movement").nth(2).waitFor()
          assert.strictEqual(await page.locator(".movement").count(), 3)
          await page.getByLabel(en.wallet.filter).selectOption("ticket_purchase")
          await page.locator(".movement").nth(1).waitFor()
          await page.locator(".movement").nth(2).waitFor({ state: "detached" })
        })
      }))

    it.effect("says in a sentence what is wrong with what was given, and keeps it", () =>
      Effect.gen(function*() {
        const url = yield* address
        yield* visit(url, "/play/sign-in", async (page) => {
          await page.getByLabel(en.sign.email).fill("nobody@example.com")
          await page.getByLabel(en.sign.password, { exact: true }).fill("a wrong password")
          await page.keyboard.press("Enter")
          await page.getByRole("alert").getByText(en.errors.invalid_credentials).waitFor()
          assert.strictEqual(await page.getByLabel(en.sign.email).inputValue(), "nobody@example.com")
          await page.getByRole("link", { name: en.sign.toUp }).click()
          await page.getByLabel(en.sign.email).fill("new@example.com")
          await page.getByLabel(en.sign.username).fill("not a name")
          await page.getByLabel(en.sign.password, { exact: true }).fill(password)
          await page.getByRole("button", { name: en.sign.up }).click()
          await page.getByRole("alert").getByText(en.fields.username).waitFor()
        }, { expected: /40[01]/ })
      }))

    it.effect("has a sentence for every error of the contract, in each language", () =>
      Effect.gen(function*() {
        const { ask } = yield* Site
        const { json } = yield* ask("GET", "/openapi.json")
        const codes = arrayAt(json, "components", "schemas", "Problem", "properties", "code", "enum")
        assert.isAbove(codes.length, 40)
        for (const { errors } of [en, es]) {
          const own = ["network", "timeout", "unreadable", "storage", "signed_out", "unsettled"]
          assert.sameMembers(Object.keys(errors), [...codes, ...own])
          for (const sentence of Object.values(errors)) assert.match(sentence, /[.:]$/)
        }
      }))

    it.effect("shows friends in a room each other's coming and buying, and draws on each one's device", () =>
      Effect.gen(function*() {
        const url = yield* address
        yield* visit(url, "/play/", async (host) => {
          await begin(host)
          await addMoney(host)
          await goTo(host, "Rooms", en.rooms.title)
          await host.getByLabel(en.rooms.name).fill("Friday dinner")
          await host.getByRole("button", { name: en.rooms.make }).click()
          await heading(host, "Friday dinner").waitFor()
          const code = await host.locator(".room-code").textContent() ?? ""
          assert.match(code, /^[2-9A-Z]{6}$/)
          const guest = await other(host, `/play/rooms/join/${code}`)
          // who is asked to sign up first comes back to the room
          await guest.getByRole("link", { name: en.buy.signUp }).click()
          const name = await signUp(guest)
          await guest.getByRole("button", { name: en.rooms.joinIt }).click()
          await heading(guest, "Friday dinner").waitFor()
          await host.getByText(en.rooms.joined(name)).waitFor()
          const member = host.locator(".member", { hasText: name })
          await member.getByText(en.rooms.noTicket).waitFor()
          await guest.getByRole("button", { name: en.rooms.buy("$1.00") }).click()
          await guest.getByRole("alert").getByText(en.errors.insufficient_funds).waitFor()
          await addMoney(guest)
          await goTo(guest, "Rooms", en.rooms.title)
          await guest.getByRole("link", { name: /Friday dinner/ }).click()
          await guest.getByRole("button", { name: en.rooms.buy("$1.00") }).click()
          await member.getByText(en.rooms.hasTicket("1")).waitFor()
          await host.getByRole("button", { name: en.rooms.buy("$1.00") }).click()
          await host.getByText(en.rooms.youPlay("2")).waitFor()
          await host.getByRole("button", { name: en.rooms.start }).click()
          await guest.getByText(en.midnight.locked).waitFor()
          await host.getByRole("button", { name: en.rooms.draw }).click()
          for (const page of [host, guest]) {
            await page.getByRole("heading", { name: en.proof.valid }).waitFor()
            await page.getByText(/won \$1\.90\.$/).waitFor()
          }
          await guest.context().close()
        }, { expected: /40[29]|503/ })
      }))

    it.effect("says that it is offline, shows what it knows, also when opened anew, and goes on", () =>
      Effect.gen(function*() {
        const url = yield* address
        yield* visit(url, "/play/", async (page) => {
          await begin(page)
          await addMoney(page)
          await buy(page, 1)
          await page.locator(`.feed[data-freshness="live"]`).waitFor()
          await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
          // what is known is written a second after it came
          await page.evaluate(
            `new Promise((done) => {
              const look = () => {
                const opening = indexedDB.open("ddd")
                opening.onsuccess = () => {
                  const asking = opening.result.transaction("texts").objectStore("texts").get("ddd.known")
                  asking.onsuccess = () => {
                    opening.result.close()
                    String(asking.result).includes('"19.00"') ? done(true) : setTimeout(look, 100)
                  }
                }
              }
              look()
            })`
          )
          await page.context().setOffline(true)
          await page.getByText(en.offline.away).waitFor()
          await page.locator(`.feed[data-freshness="stale"]`).waitFor()
          await page.reload()
          await page.getByText(en.offline.away).waitFor()
          await untilShown(page, ".corner", "$19.00")
          await page.getByText(/You hold 1 of \d+ tickets/).waitFor()
          await page.context().setOffline(false)
          await page.getByText(en.offline.back).waitFor()
          await page.locator(`.feed[data-freshness="live"]`).waitFor()
          await page.getByText(en.offline.away).waitFor({ state: "detached" })
        }, { expected: /ERR_INTERNET_DISCONNECTED|ERR_FAILED|WebSocket/ })
      }))

    it.effect("is one player in two tabs", () =>
      Effect.gen(function*() {
        const url = yield* address
        yield* visit(url, "/play/", async (page) => {
          await begin(page)
          await addMoney(page)
          const second = await page.context().newPage()
          await second.goto(`${url}/play/`)
          await untilShown(second, ".corner", "$20.00")
          await buy(page, 3)
          await untilShown(second, ".corner", "$17.00")
          await second.getByText(/You hold 3 of \d+ tickets/).waitFor()
          await goTo(page, "Account", en.account.title)
          await page.getByRole("button", { name: en.sign.out }).click()
          await untilShown(page, ".corner", en.nav.signIn)
          await untilShown(second, ".corner", en.nav.signIn)
        }, { expected: /401/ })
      }))

    it.effect("speaks Spanish to who reads it, and lets everybody choose", () =>
      Effect.gen(function*() {
        const url = yield* address
        yield* visit(url, "/play/about", async (page) => {
          await heading(page, es.about.title).waitFor()
          assert.strictEqual(await page.locator("html").getAttribute("lang"), "es")
          await page.getByText("1,00 $").first().waitFor()
          await page.getByLabel(es.account.language).selectOption("en")
          await heading(page, en.about.title).waitFor()
          await page.reload()
          await heading(page, en.about.title).waitFor()
          assert.strictEqual(await page.locator("html").getAttribute("lang"), "en")
        }, { locale: "es-ES" })
      }))

    it.effect("does not move while it loads", () =>
      Effect.gen(function*() {
        const url = yield* address
        for (const size of [phone, desktop]) {
          yield* visit(url, "/play/", async (page) => {
            await page.locator(`.feed[data-freshness="live"]`).waitFor()
            const shift = await page.evaluate(
              `new Promise((done) => new PerformanceObserver((list) =>
                done(list.getEntries().reduce((sum, { value }) => sum + value, 0))).observe({ type: "layout-shift", buffered: true })
                || setTimeout(() => done(0), 500))`
            )
            assert.isBelow(Number(shift), 0.02)
          }, size)
        }
      }))

    for (const [name, size] of Object.entries({ phone, desktop })) {
      it.effect(
        `leaves nobody out on a ${name}: every screen, light and dark, with large text, and in a narrow window`,
        () =>
          Effect.gen(function*() {
            const url = yield* address
            yield* visit(url, "/play/", async (page) => {
              const look = async (at: string) => {
                for (const colorScheme of ["light", "dark"] as const) {
                  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" })
                  assert.deepStrictEqual(await accessibilityFaults(page), [], `${at}, ${colorScheme}`)
                }
                const { height, width } = page.viewportSize() ?? desktop.viewport
                for (const [text, wide] of [["200%", width], ["100%", 320]] as const) {
                  await page.setViewportSize({ width: wide, height })
                  await page.evaluate(`document.documentElement.style.fontSize = "${text}"`)
                  assert.strictEqual(await overhang(page), 0, `${at}, ${text} of text in ${wide}`)
                }
                await page.setViewportSize({ width, height })
              }
              await page.locator(`.feed[data-freshness="live"]`).waitFor()
              await look("/")
              for (const path of ["/sign-in", "/sign-up", "/reset", "/about", "/nowhere", "/wallet"]) {
                await page.goto(`${url}/play${path}`)
                await page.locator("h1").waitFor()
                await look(path)
              }
              await page.goto(`${url}/play/`)
              await begin(page)
              await addMoney(page)
              await buy(page, 3)
              await look("/ of a player")
              await goTo(page, "Rooms", en.rooms.title)
              await page.getByLabel(en.rooms.name).fill("A room")
              await page.getByRole("button", { name: en.rooms.make }).click()
              await heading(page, "A room").waitFor()
              await look("/rooms/:id")
              const paths = ["/tickets", "/rooms", "/rooms/join/ABCDEF", "/wallet", "/wallet/add", "/wallet/withdraw"]
              for (const path of [...paths, "/account", "/account/limits", "/account/security", "/account/data"]) {
                await page.goto(`${url}/play${path}`)
                await page.locator("h1").waitFor()
                await page.locator(".waiting").waitFor({ state: "detached" })
                await look(path)
              }
            }, { ...size, bypassCSP: true, reducedMotion: "reduce" })
          }),
        240_000
      )
    }
  })

  layer(Layer.merge(Site.layer({ processes: [{ PUBLIC_URL: "" }] }), Browser.layer), {
    excludeTestServices: true,
    timeout: "90 seconds"
  })("the app at midnight", (it) => {
    it.effect(
      "closes, locks, works the winner out on each player's device, shows it, and opens the next day",
      () =>
        Effect.gen(function*() {
          const { advance } = yield* Site
          const services = yield* Effect.context<Site>()
          const url = yield* address
          yield* visit(url, "/play/", async (page) => {
            await begin(page)
            await addMoney(page)
            await buy(page, 2)
            const onlooker = await other(page, "/play/")
            for (const each of [page, onlooker]) await each.locator(`.feed[data-freshness="live"]`).waitFor()
            await Effect.runPromiseWith(services)(advance(13.5 * 3_600_000))
            for (const each of [page, onlooker]) {
              await each.locator(".midnight.revealed").waitFor()
              await each.getByRole("heading", { name: en.proof.valid }).waitFor()
              await each.getByText(/^Number [12] of 2 wins$/).waitFor()
            }
            await page.getByText(en.midnight.yours("$1.90")).waitFor()
            await onlooker.getByText(en.midnight.notPlayed).waitFor()
            await untilShown(page, ".corner", "$19.90")
            await page.getByText(en.proof.checks).click()
            await page.getByText(/This device (kept the|has kept no) lock record/).waitFor()
            await page.getByRole("button", { name: en.midnight.next }).click()
            await page.getByRole("heading", { name: /Wednesday,? 4 February 2026/ }).waitFor()
            // who comes later sees the same
            await onlooker.goto(`${url}/play/draws/2026-02-03`)
            await onlooker.getByRole("heading", { name: en.proof.valid }).waitFor()
            await onlooker.context().close()
          }, { expected: expired })
        }),
      240_000
    )
  })
})
