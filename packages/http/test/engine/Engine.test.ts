import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { engineNames } from "../../src/engine/Engine.ts"
import { serve } from "./support.ts"

it.live("every engine that can be named serves", () =>
  Effect.forEach(engineNames, (name) =>
    Effect.gen(function*() {
      const { url } = yield* serve(name, Effect.succeed(HttpServerResponse.text(name)))
      assert.strictEqual(yield* Effect.promise(async () => (await fetch(url)).text()), name)
    })))
