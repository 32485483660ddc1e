import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { deviceKindOf, deviceKinds } from "../../src/values/DeviceKind.ts"

const iPhone =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148 Safari/604.1"
const pixel = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36"
const edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0"
const mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15"
const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"

describe("deviceKindOf", () => {
  it("knows phones, tablets and computers by what browsers and apps send", () => {
    const said = [iPhone, pixel, edge, mac, firefox, "Draws/3 CFNetwork/1568.200.51 Darwin/24.1.0", "okhttp/4.12.0"]
    assert.deepStrictEqual(said.map(deviceKindOf), [
      "an iPhone",
      "an Android device",
      "a Windows computer",
      "a Mac",
      "a Linux computer",
      "an Apple device",
      "an Android device"
    ])
    assert.deepStrictEqual(["curl/8.5.0", "", null].map(deviceKindOf), [null, null, null])
  })

  it("says one of its own words, and nothing that a stranger wrote", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), fc.constantFrom("", "Windows", "iPad"), (text, word) => {
      const kind = deviceKindOf(text + word)
      assert.isTrue(kind === null || deviceKinds.includes(kind))
    }))
  })
})
