import { assert, describe, it } from "@effect/vitest"
import { Api } from "../../src/Api.ts"
import { routesOf } from "../../src/boundary/RouteTable.ts"
import { bodyBytesMax, bodyBytesMaxByPath, bodyBytesMaxDefault } from "../../src/requests/BodyLimits.ts"

describe("BodyLimits", () => {
  it("names paths that are posted to, each whole and without parameters", () => {
    const posted = new Set(routesOf(Api).filter(({ method }) => method === "POST").map(({ path }) => path))
    for (const path of bodyBytesMaxByPath.keys()) {
      assert.isTrue(posted.has(path), path)
      assert.notInclude(path, ":")
    }
  })

  it("says the limit of a path, whatever its query, and 64 KiB where none is said", () => {
    for (const [path, bytesMax] of bodyBytesMaxByPath) {
      assert.strictEqual(bodyBytesMax(path), bytesMax)
      assert.strictEqual(bodyBytesMax(`${path}?a=b?c`), bytesMax)
      assert.strictEqual(bodyBytesMax(`${path}/`), bodyBytesMaxDefault)
    }
    assert.strictEqual(bodyBytesMax("/auth/sign-up"), 64 * 1024)
    assert.strictEqual(bodyBytesMax(""), 64 * 1024)
  })
})
