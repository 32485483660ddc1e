import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { hash } from "node:crypto"
import { assertProblem, Client, layer as server } from "../support/Server.ts"

layer(server())("the page that the payout provider sends players back to", (it) => {
  it.effect("tells them to go back to the app, and loads nothing", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      const page = yield* call("GET", "/payout-account?state=done")
      assert.strictEqual(page.status, 200)
      assert.match(page.headers.get("content-type") ?? "", /^text\/html/)
      assert.include(page.text, "go back to the app")
      const style = /<style>([\s\S]*?)<\/style>/.exec(page.text)?.[1] ?? ""
      const policy = page.headers.get("content-security-policy") ?? ""
      assert.include(policy, `'sha256-${hash("sha256", style, "base64")}'`)
      assert.include(policy, "default-src 'none'")
      assert.notMatch(policy, /https?:|\*|unsafe/)
    }))

  it.effect("tells of a link that is no longer good, and takes nothing", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      assert.include((yield* call("GET", "/payout-account?state=again")).text, "once more")
      assertProblem(yield* call("POST", "/payout-account"), 405, "method_not_allowed")
    }))
})
