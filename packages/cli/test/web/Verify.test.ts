import { nodeSha256 } from "@ddd/adapters-crypto/NodeSha256"
import { parseVerifierKey } from "@ddd/core/proof/Note"
import { verifyBundle, type VerifyOptions } from "@ddd/core/proof/Verifier"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { hash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Page } from "playwright-core"
import {
  accessibilityFaults,
  Browser,
  chromiumPath,
  desktop,
  needsChromium,
  overhang,
  phone,
  visit
} from "../support/Browser.ts"
import { oneByteChanged, oneByteChangedOfBeacon } from "../support/OneByte.ts"
import { PlayedDays } from "../support/PlayedDays.ts"

const vectors = join(import.meta.dirname, "../../../core/test/vectors/draws")
/** A room's draw of fifty tickets, by a round of drand's quicknet. */
const withBeacon = readFileSync(join(vectors, "room-quicknet-50.ndjson"), "utf8")
/** The key of the golden bundles. */
const goldenKey = "draws.example.com+2a03c5d8+Aawnxtg4B75l7Z0nkdNbY7nQNvxZ/ad+/DFKV5jBaV9n"

const bundleFile = (text: string, name = "bundle.ndjson") => ({
  name,
  mimeType: "application/x-ndjson",
  buffer: Buffer.from(text)
})

const verdict = (page: Page) => page.locator("#verdict-line:not([hidden]) #verdict")

/** Chooses a file, and gives the verdict's line. */
const verifyFile = async (page: Page, text: string, name?: string): Promise<string> => {
  await page.locator("#file").setInputFiles(bundleFile(text, name))
  await page.locator("#result[aria-busy=false]").waitFor()
  return await verdict(page).textContent() ?? ""
}

/** The states of the twelve checks: `passed`, `failed`, `open`. */
const states = (page: Page): Promise<ReadonlyArray<string | null>> =>
  page.locator("#checks > li").all().then((rows) => Promise.all(rows.map((row) => row.getAttribute("data-state"))))

/** What Node's verifier says of the same bytes. */
const verdictInNode = async (text: string, vkey: string): Promise<string> => {
  const key = parseVerifierKey(nodeSha256, vkey)
  const options: VerifyOptions = { keys: key === undefined ? [] : [key] }
  return (await verifyBundle(nodeSha256, [Buffer.from(text)], options)).verdict
}

const giveKey = async (page: Page, vkey: string): Promise<void> => {
  await page.locator("#known > summary").click()
  await page.getByLabel("The operator’s key").fill(vkey)
}

const world = Layer.merge(PlayedDays.layer, Browser.layer)

describe.skipIf(chromiumPath === undefined)("in Chromium", needsChromium, () => {
  layer(world, { excludeTestServices: true, timeout: "90 seconds" })("the page that verifies", (it) => {
    it.effect("offers the verifier to be run elsewhere, and names its hash", () =>
      Effect.gen(function*() {
        const { url } = yield* PlayedDays
        yield* visit(url, "/verify", async (page) => {
          const link = page.getByRole("link", { name: "ddd-verify.mjs" })
          assert.strictEqual(await link.getAttribute("href"), "/ddd-verify.mjs")
          const verifier = await (await page.request.get(`${url}/ddd-verify.mjs`)).body()
          const digest = hash("sha256", verifier)
          assert.strictEqual(await page.locator("code.hash").textContent(), digest)
          const told = await page.request.get(`${url}/ddd-verify.mjs.sha256`)
          assert.strictEqual(await told.text(), `${digest}  ddd-verify.mjs\n`)
        })
      }), 180_000)

    it.effect(
      "verifies a draw of the server, and shows each check with what it rules out",
      () =>
        Effect.gen(function*() {
          const { bundle, url } = yield* PlayedDays
          yield* visit(url, "/verify?draw=2026-02-08", async (page) => {
            await page.getByText("20 tickets, $19.00").waitFor()
            await page.getByRole("button", { name: "Verify this draw" }).click()
            assert.strictEqual(await verdict(page).textContent(), "VALID ARITHMETIC")
            await page.locator("#result-title:focus").waitFor()
            const shown = await states(page)
            assert.deepStrictEqual(shown, [
              ...Array.from({ length: 6 }, () => "passed"),
              "open",
              "open",
              "passed",
              "passed",
              "open",
              "open"
            ])
            const checks = await page.locator("#checks").textContent() ?? ""
            assert.include(checks, "Rules out tickets put in, taken out or moved after the lock.")
            assert.include(await page.locator("#missing").textContent(), "SIGNED needs the operator's key")
            const subject = await page.locator("#result-subject > span").allTextContents()
            assert.deepStrictEqual(subject.slice(0, 3), ["The draw of Sunday 8 February 2026", "20 tickets", "$19.00"])
            // each check is read out as it is over, then the verdict
            const told = await page.locator("#announcer").textContent() ?? ""
            assert.include(told, "Check 5 passed: the tickets are those that were locked.")
            assert.match(told, /Verdict: VALID ARITHMETIC\.$/)
            const [download] = await Promise.all([
              page.waitForEvent("download"),
              page.getByRole("link", { name: "Save the bundle" }).click()
            ])
            assert.strictEqual(readFileSync(await download.path(), "utf8"), bundle)
          })
        }),
      180_000
    )

    it.effect(
      "rises with the operator's key, remembers it where asked, and tells when the server's is another",
      () =>
        Effect.gen(function*() {
          const { url, vkey } = yield* PlayedDays
          yield* visit(url, "/verify?draw=2026-02-08", async (page) => {
            await giveKey(page, vkey)
            await page.getByText("It is the key that you know.").waitFor()
            await page.getByRole("button", { name: "Verify this draw" }).click()
            assert.strictEqual(await verdict(page).textContent(), "VALID SIGNED")
            assert.strictEqual(await page.evaluate("localStorage.length"), 0)
            await page.getByLabel("Remember the key in this browser").check()
            await page.getByLabel("The operator’s key").fill(goldenKey)
            await page.reload()
            await page.getByText("It is not the key that you know.").waitFor()
            await page.getByRole("button", { name: "Verify this draw" }).click()
            assert.strictEqual(await verdict(page).textContent(), "INVALID 2")
            await page.getByLabel("Remember the key in this browser").uncheck()
            assert.strictEqual(await page.evaluate("localStorage.length"), 0)
          })
        }),
      180_000
    )

    it.effect("verifies a file that is dropped or chosen, with the server out of reach", () =>
      Effect.gen(function*() {
        const { bundle, url } = yield* PlayedDays
        yield* visit(url, "/verify", async (page) => {
          await page.getByText("20 tickets, $19.00").waitFor()
          await giveKey(page, goldenKey)
          await page.context().setOffline(true)
          assert.strictEqual(await verifyFile(page, withBeacon, "kept.ndjson"), "VALID BEACON")
          const subject = await page.locator("#result-subject > span").allTextContents()
          assert.deepStrictEqual(subject.slice(0, 2), ["A private room’s draw", "50 tickets"])
          await page.getByLabel("The operator’s key").fill("")
          await page.evaluate(`{
            const dataTransfer = new DataTransfer()
            dataTransfer.items.add(new File([${JSON.stringify(bundle)}], "dropped.ndjson"))
            const drop = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true })
            document.getElementById("drop").dispatchEvent(drop)
          }`)
          await page.locator("#result-subject").getByText("The draw of Sunday 8 February 2026").waitFor()
          assert.strictEqual(await verdict(page).textContent(), "VALID ARITHMETIC")
        }, { expected: /ERR_INTERNET_DISCONNECTED/ })
      }), 180_000)

    it.effect(
      "finds one changed byte in each kind of field, and says what Node's verifier says",
      () =>
        Effect.gen(function*() {
          const { bundle, url, vkey } = yield* PlayedDays
          yield* visit(url, "/verify", async (page) => {
            await giveKey(page, vkey)
            assert.strictEqual(await verifyFile(page, bundle), "VALID SIGNED")
            for (const { fails, field, text } of oneByteChanged(bundle)) {
              const found = await verifyFile(page, text, field)
              assert.match(found, new RegExp(`^INVALID (\\d+ )*${fails}\\b`), field)
              assert.strictEqual(found, await verdictInNode(text, vkey), field)
              assert.strictEqual((await states(page))[fails - 1], "failed", field)
              assert.strictEqual(await page.locator("#result").getAttribute("data-tone"), "bad")
            }
            await page.getByLabel("The operator’s key").fill(goldenKey)
            for (const { fails, field, text } of oneByteChangedOfBeacon(withBeacon)) {
              const found = await verifyFile(page, text, field)
              assert.match(found, new RegExp(`^INVALID (\\d+ )*${fails}\\b`), field)
              assert.strictEqual(found, await verdictInNode(text, goldenKey), field)
            }
          })
        }),
      180_000
    )

    it.effect("says so when the server sends the bundle of another draw", () =>
      Effect.gen(function*() {
        const { bundle, url } = yield* PlayedDays
        yield* visit(url, "/verify?draw=2026-02-07", async (page) => {
          await page.route("**/proof", (route) => route.fulfill({ body: bundle, contentType: "application/x-ndjson" }))
          await page.getByRole("button", { name: "Verify this draw" }).click()
          await page.getByText("This bundle is of another draw").waitFor()
        })
      }), 180_000)

    it.effect("says what a draw that is not over has, and what there is none of", () =>
      Effect.gen(function*() {
        const { url } = yield* PlayedDays
        yield* visit(url, "/verify?draw=2026-02-09", async (page) => {
          await page.getByText("On sale").waitFor()
          await page.getByRole("button", { name: "Verify this draw" }).click()
          assert.strictEqual(await verdict(page).textContent(), "PENDING OPEN")
          await page.getByLabel("The draw of").fill("2020-01-01")
          await page.getByText("There is no draw of this day.").waitFor()
          await page.getByRole("button", { name: "Verify this draw" }).click()
          await page.getByRole("heading", { name: "There is nothing to verify." }).waitFor()
          await page.locator("#file").setInputFiles(bundleFile(""))
          assert.strictEqual(await verdict(page).textContent(), "UNREADABLE")
        }, { expected: /404/ })
        yield* visit(url, "/verify?draw=0190e1a2-0000-7000-8000-000000000003", async (page) => {
          await page.getByText("the draw of a private room").waitFor()
        })
        yield* visit(url, "/verify?draw=nonsense", async (page) => {
          await page.getByText("The address names no day.").waitFor()
        })
      }), 180_000)

    it.effect("looks up the reader's own ticket, and shows whose it is", () =>
      Effect.gen(function*() {
        const { tickets: [ticket], url } = yield* PlayedDays
        assert(ticket !== undefined)
        yield* visit(url, "/verify?draw=2026-02-08", async (page) => {
          const asked: Array<string> = []
          await page.getByRole("button", { name: "Verify this draw" }).click()
          await verdict(page).waitFor()
          page.on("request", (request) => asked.push(new URL(request.url()).pathname))
          const result = page.locator("#ticket-result")
          const look = async (): Promise<string> => {
            await page.getByRole("button", { name: "Look for it" }).click()
            await page.locator("#result[aria-busy=false]").waitFor()
            return await result.textContent() ?? ""
          }
          await page.getByLabel("My ticket").fill(` ${ticket.ticketId.toLowerCase()} `)
          assert.include(
            await look(),
            "Yes: your ticket took part. It stands at position 1; whose it is was not asked."
          )
          await page.getByText("Show that it is mine").click()
          await page.getByLabel("The ticket’s owner salt").fill(ticket.ownerSalt)
          await page.getByLabel("My user id").fill(ticket.userId)
          assert.include(await look(), "the salt shows that it is yours")
          await page.getByLabel("The ticket’s owner salt").fill(
            ticket.ownerSalt.replace(/^./, (digit) => digit === "0" ? "1" : "0")
          )
          assert.include(await look(), "No. It stands at position 1, and the salt does not show that it is yours.")
          assert.strictEqual(await verdict(page).textContent(), "INVALID 11")
          await page.getByLabel("My user id").fill("me")
          await page.getByRole("button", { name: "Look for it" }).click()
          await page.getByText("A user id reads").waitFor()
          assert.isTrue(await verdict(page).isVisible())
          assert.strictEqual(await page.locator("#user-id").getAttribute("aria-invalid"), "true")
          await page.getByLabel("The ticket’s owner salt").fill("")
          await page.getByLabel("My user id").fill("")
          await page.getByLabel("My ticket").fill("DDL-20260208-00000")
          assert.include(await look(), "There is no ticket DDL-20260208-00000.")
          // the server is not told which ticket it was
          for (const path of asked) assert.strictEqual(path, "/lottery/draws/2026-02-08/proof")
        })
      }), 180_000)

    it.effect("takes a lock record that was kept, and gives it to keep", () =>
      Effect.gen(function*() {
        const { url } = yield* PlayedDays
        yield* visit(url, "/verify", async (page) => {
          await giveKey(page, goldenKey)
          await page.locator("#file").setInputFiles(bundleFile(withBeacon))
          await verdict(page).waitFor()
          const [download] = await Promise.all([
            page.waitForEvent("download"),
            page.getByRole("button", { name: "Save the lock record" }).click()
          ])
          const note = readFileSync(await download.path(), "utf8")
          assert.match(note, /^ddd\/lock\/v1\n/)
          const locked = /\nlocked (\S+)\n/.exec(note)?.[1] ?? ""
          await page.getByLabel("A lock record that you kept").fill(note)
          await page.locator("#file").setInputFiles(bundleFile(withBeacon))
          await page.getByText("Say when you fetched the lock record.").waitFor()
          await page.getByLabel("When you fetched it").fill(locked.slice(0, 19))
          assert.strictEqual(await verifyFile(page, withBeacon), "VALID WITNESSED")
        }, { timezoneId: "UTC" })
      }), 180_000)

    it.effect("is used by keyboard alone", () =>
      Effect.gen(function*() {
        const { tickets: [ticket], url } = yield* PlayedDays
        yield* visit(url, "/verify?draw=2026-02-08", async (page) => {
          await page.getByText("20 tickets, $19.00").waitFor()
          const press = async (...keys: ReadonlyArray<string>): Promise<void> => {
            for (const key of keys) await page.keyboard.press(key)
          }
          const focusedId = () => page.evaluate("document.activeElement.id")
          await press("Tab")
          assert.strictEqual(await page.evaluate("document.activeElement.className"), "skip")
          await press("Enter", "Tab")
          assert.strictEqual(await focusedId(), "day")
          while (await focusedId() === "day") await press("Tab")
          assert.strictEqual(await focusedId(), "start")
          await press("Enter")
          assert.strictEqual(await verdict(page).textContent(), "VALID ARITHMETIC")
          assert.strictEqual(await focusedId(), "result-title")
          while (await focusedId() !== "ticket-id") await press("Tab")
          await page.keyboard.type(ticket?.ticketId ?? "")
          await press("Enter")
          await page.getByText("Yes: your ticket took part.").waitFor()
          assert.strictEqual(await focusedId(), "ticket-id")
        })
      }), 180_000)

    for (const [name, size] of Object.entries({ phone, desktop })) {
      it.effect(`fits into a ${name}'s window, and leaves nobody out`, () =>
        Effect.gen(function*() {
          const { url } = yield* PlayedDays
          yield* visit(url, "/verify?draw=2026-02-08", async (page) => {
            await page.locator("#known > summary").click()
            await page.getByRole("button", { name: "Verify this draw" }).click()
            await verdict(page).waitFor()
            await page.getByText("Show that it is mine").click()
            assert.strictEqual(await overhang(page), 0)
            assert.deepStrictEqual(await accessibilityFaults(page), [])
          }, { ...size, bypassCSP: true, colorScheme: name === "phone" ? "dark" : "light" })
        }), 180_000)
    }

    it.effect("is streamed: a large bundle is read as it comes, and can be stopped", () =>
      Effect.gen(function*() {
        const { url } = yield* PlayedDays
        yield* visit(url, "/verify", async (page) => {
          const [header = "", line = ""] = withBeacon.split("\n")
          // more than a million lines, of which the lock record knows fifty
          await page.evaluate(`{
            const lines = (${JSON.stringify(`${line}\n`)}).repeat(20_000)
            const dataTransfer = new DataTransfer()
            dataTransfer.items.add(new File([${
            JSON.stringify(`${header}\n`)
          }, ...Array(60).fill(lines)], "large.ndjson"))
            dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }))
          }`)
          // the records' own checks do not wait for the tickets
          await page.locator("#checks > li:nth-child(8)[data-state=passed]").waitFor()
          assert.strictEqual((await states(page))[4], "waiting")
          await page.getByText(/of 50 tickets read/).waitFor()
          await page.getByRole("button", { name: "Stop" }).click()
          await page.locator("#result-title:focus", { hasText: "Stopped." }).waitFor()
          assert.strictEqual(await verifyFile(page, withBeacon), "VALID ARITHMETIC")
        })
      }), 180_000)
  })
})
