import { assert, describe, it } from "@effect/vitest"
import { type Account, playersAccount } from "../../src/accounts/User.ts"
import { houseUserId, type UserId, userId } from "../../src/values/Ids.ts"
import { instant } from "../../src/values/Instant.ts"
import { isPlayer } from "../../src/values/Player.ts"

const marie = userId("01970000-0000-7000-8000-00000000000a")

const account = (id: UserId, erased: boolean): Account => ({
  user: { id, email: "a@example.com", username: "a", emailVerified: true, createdAt: instant(0) },
  passwordHash: null,
  frozen: false,
  erased
})

describe("a player", () => {
  it("is neither nobody, nor the house, nor erased", () => {
    assert.isTrue(isPlayer({ userId: marie, isErased: false }))
    assert.isFalse(isPlayer({ userId: marie, isErased: true }))
    assert.isFalse(isPlayer({ userId: houseUserId, isErased: false }))
    assert.isFalse(isPlayer(null))
    assert.isNotNull(playersAccount(account(marie, false)))
    for (const none of [null, account(marie, true), account(houseUserId, false)]) assert.isNull(playersAccount(none))
  })
})
