/** Paying in, by a player with a browser: from the app to the provider's page, and back. */
import { en } from "@ddd/play/text/En"
import * as StripeStandIn from "@ddd/sim/providers/StripeStandIn"
import { describe, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { createServer } from "node:net"
import { Browser, chromiumPath, needsChromium, phone, untilShown, visit } from "../support/Browser.ts"
import { morning, password, Site } from "../support/Site.ts"

class Provider extends Context.Service<Provider, StripeStandIn.StripeStandIn>()("@ddd/cli/test/PayIn/Provider") {}

/** Of a port that nobody else is given meanwhile, since each is another. */
const freePort = Effect.callback<number>((resume) => {
  const server = createServer()
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    server.close(() => resume(Effect.succeed(port)))
  })
})

const world = Layer.merge(
  Browser.layer,
  Layer.unwrap(Effect.gen(function*() {
    const [port, stripe] = [yield* freePort, yield* StripeStandIn.make({ startAt: Date.parse(morning) })]
    const env = {
      PORT: String(port),
      PUBLIC_URL: "",
      STRIPE_SECRET_KEY: stripe.secretKey,
      STRIPE_API_BASE: stripe.url,
      CHECKOUT_RETURN_URL: `http://localhost:${port}/play`
    }
    return Layer.merge(Layer.succeed(Provider, stripe), Site.layer({ processes: [env] }))
  }))
)

describe.skipIf(chromiumPath === undefined)("in Chromium", needsChromium, () => {
  layer(world, { excludeTestServices: true, timeout: "90 seconds" })("paying in", (it) => {
    it.effect(
      "leads to the provider's page and back, and the money comes by the provider's word alone",
      () =>
        Effect.gen(function*() {
          const { advance, newPlayer, servers } = yield* Site
          const stripe = yield* Provider
          const player = yield* newPlayer
          const url = `http://localhost:${new URL(servers[0]?.url ?? "").port}`
          const later = async () => {
            stripe.advance(120_000)
            await Effect.runPromise(advance(120_000))
          }
          yield* visit(url, "/play/sign-in", async (page) => {
            await page.getByLabel(en.sign.email).fill(player.email)
            await page.getByLabel(en.sign.password, { exact: true }).fill(password)
            await page.getByRole("button", { name: en.sign.in }).click()
            await untilShown(page, ".corner", "$0.00")
            await page.goto(`${url}/play/wallet/add`)
            await page.getByRole("radio", { name: "$20.00", exact: true }).check()
            await page.getByRole("button", { name: en.add.checkout("$20.00") }).click()
            await page.getByText("USD 20.00").waitFor()
            // who comes back without having paid has paid nothing
            await page.getByRole("link", { name: "Back" }).click()
            await page.getByText(en.add.canceled).waitFor()
            await page.goto(`${url}/play/?checkout=done`)
            await page.getByText(en.add.came).waitFor()
            await later()
            await untilShown(page, ".corner", "$0.00")
            await page.goto(`${url}/play/wallet/add`)
            await page.getByRole("radio", { name: "$20.00", exact: true }).check()
            await page.getByRole("button", { name: en.add.checkout("$20.00") }).click()
            await page.getByRole("button", { name: "Pay by card" }).click()
            await page.getByText(en.add.came).waitFor()
            // no notice comes: the provider is asked
            await later()
            await untilShown(page, ".corner", "$20.00")
          }, { ...phone, leadsTo: stripe.url })
        }),
      180_000
    )
  })
})
