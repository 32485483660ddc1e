import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { sessionId } from "../../src/accounts/Session.ts"
import {
  type Device,
  devicesMax,
  displacedBy,
  isSameDevice,
  languageOf,
  localePattern,
  pushTokenPattern
} from "../../src/push/Device.ts"
import { userId } from "../../src/values/Ids.ts"
import { instant } from "../../src/values/Instant.ts"

const session = sessionId("01900000-0000-7000-8000-00000000005e")
const ada = userId("01900000-0000-7000-8000-00000000000a")
const bob = userId("01900000-0000-7000-8000-00000000000b")
const players = [ada, bob]

const device = fc.record({ player: fc.nat(1), number: fc.nat(14), token: fc.nat(20) }).map(
  ({ number, player, token }): Omit<Device, "putAt"> => ({
    userId: player === 0 ? ada : bob,
    deviceId: `device ${number}`,
    sessionId: session,
    pushToken: `token ${token}`,
    platform: "ios",
    locale: "en"
  })
)

describe("devices", () => {
  it("are a few of each player, one row a device, one player a token, and the newest ones, whoever puts what", () => {
    fc.assert(
      fc.property(fc.array(device, { maxLength: 60 }), (puts) => {
        let kept: ReadonlyArray<Device> = []
        for (const [at, made] of puts.entries()) {
          const put = { ...made, putAt: instant(at) }
          const held = kept.filter((one) => one.userId === put.userId || one.pushToken === put.pushToken)
          const gone = displacedBy(put, held)
          const left = kept.filter((one) => !gone.includes(one) && !isSameDevice(one, put))
          kept = [...left, put]
          assert.strictEqual(new Set(kept.map(({ pushToken }) => pushToken)).size, kept.length)
          for (const player of players) {
            const own = kept.filter((one) => one.userId === player)
            assert.isAtMost(own.length, devicesMax)
            assert.strictEqual(new Set(own.map(({ deviceId }) => deviceId)).size, own.length)
          }
          // of others' devices only that goes which has the token
          for (const one of gone) if (one.userId !== put.userId) assert.strictEqual(one.pushToken, put.pushToken)
          const stayed = Math.min(...left.filter((one) => one.userId === put.userId).map(({ putAt }) => putAt))
          for (const one of gone) if (one.pushToken !== put.pushToken) assert.isBelow(one.putAt, stayed)
        }
      })
    )
  })

  it("have tokens of Expo's and language tags, and nothing that is text of another kind", () => {
    for (const token of ["ExponentPushToken[K7M2QXzzzzzzzzzzzzzzzz]", "ExpoPushToken[a-b_c]"]) {
      assert.match(token, pushTokenPattern)
    }
    const bad = [
      "",
      "ExponentPushToken[]",
      "ExponentPushToken[a]\n",
      "ExponentPushToken[a b]",
      "xExponentPushToken[a]",
      `ExponentPushToken[${"a".repeat(101)}]`
    ]
    for (const text of bad) assert.notMatch(text, pushTokenPattern)
    const tags = {
      es: "es",
      "en-US": "en-US",
      "zh-Hant-TW": "zh-Hant-TW",
      "en-US-u-hc-h23": "en-US",
      "ar-EG-u-nu-latn": "ar-EG",
      "de-Latn-DE-1996-u-ca-gregory-hc-h23-nu-latn-x-private": "de-Latn-DE-1996",
      "en-t-jp-m0-true": "en"
    }
    for (const [tag, language] of Object.entries(tags)) {
      assert.match(tag, localePattern)
      assert.strictEqual(languageOf(tag), language)
    }
    const worst = `abc${"-abcdefgh".repeat(3)}${`-u${"-abcdefgh".repeat(8)}`.repeat(4)}`
    assert.match(worst, localePattern)
    assert.isAtMost(languageOf(worst).length, 35)
    for (
      const text of ["", "e", "en_US", "en-", "en\n", "en-abcdefghi", "español", "en-u", "en-US-u-", `${worst}-x-ab`]
    ) {
      assert.notMatch(text, localePattern)
    }
  })
})
