import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { firstTls } from "../support/Certificates.ts"
import { cases, run } from "./RawCases.ts"

const overTls = () => firstTls

describe.each([["uws", "uws", undefined], ["node", "node", undefined], ["node over TLS", "node", overTls]] as const)(
  "bytes on a socket, on %s,",
  (_, engine, tls) => {
    it.live("are answered as the list says, each of them", () =>
      Effect.gen(function*() {
        const seen = yield* run(engine, tls)
        assert.deepStrictEqual(
          cases.map(({ name }, i) => [name, seen[i]]),
          cases.map(({ expected, name, uws }) => [name, engine === "uws" ? uws ?? expected : expected])
        )
      }), 180_000)
  }
)
