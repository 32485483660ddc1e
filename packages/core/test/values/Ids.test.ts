import { assert, describe, it } from "@effect/vitest"
import { drawId, houseUserId, isTicketId, isUuid, position, ticketId, userId } from "../../src/values/Ids.ts"

describe("Ids", () => {
  it("knows a ticket's id by its form", () => {
    for (const id of ["DDL-20260203-7K3QX", "DDL-20260203-7K3QXABZ", "ROOM-K7M2QX-00000", "DDL-20260203-123456"]) {
      assert.isTrue(isTicketId(id), id)
    }
    const wrong = [
      "DDL-20260203-7K3Q",
      "DDL-20260203-7K3QXABZ0",
      "DDL-20260203-7K3QI",
      "DDL-20260203-7K3QL",
      "DDL-20260203-7K3QO",
      "DDL-20260203-7K3QU",
      "ddl-20260203-7K3QX",
      "DDL-2026020-7K3QX",
      "ROOM-K7M2Q-7K3QX",
      "ROOM-K7M2Q1-7K3QX",
      "ROOM-K7M2QX-7K3QX\n",
      " DDL-20260203-7K3QX"
    ]
    for (const id of wrong) {
      assert.isFalse(isTicketId(id), id)
      assert.throws(() => ticketId(id), TypeError)
    }
  })

  it("takes lower-case UUIDs alone for users and draws", () => {
    assert.strictEqual<string>(userId("019a0000-0000-7000-8000-437ad1daed7c"), "019a0000-0000-7000-8000-437ad1daed7c")
    assert.isTrue(isUuid(houseUserId))
    for (
      const id of [
        "",
        "019A0000-0000-7000-8000-437ad1daed7c",
        "019a0000-0000-7000-8000-437ad1daed7c ",
        "019a0000000070008000437ad1daed7c"
      ]
    ) {
      assert.throws(() => userId(id), TypeError)
      assert.throws(() => drawId(id), TypeError)
    }
  })

  it("counts positions from one", () => {
    assert.strictEqual<number>(position(1), 1)
    for (const value of [0, -1, 1.5, Number.NaN, 2 ** 53]) assert.throws(() => position(value), TypeError)
  })
})
