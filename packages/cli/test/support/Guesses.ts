/** Wrong passwords, many of them. */
import { Effect } from "effect"
import { Site } from "./Site.ts"

export const wrongPassword = "a wrong guess of mine"

/** Guesses from one address until its network has to wait for longer than a busy machine takes for the next attempt. */
export const guessLong = Effect.fnUntraced(
  function*(
    asked: { readonly at?: string; readonly from: string; readonly headers?: Readonly<Record<string, string>> }
  ) {
    const { advance, post } = yield* Site
    const guess = (email: string) => post("/auth/sign-in", { email, password: wrongPassword }, asked)
    yield* Effect.forEach(Array.from({ length: 60 }, (_, index) => `guess${index}@example.com`), guess, {
      concurrency: 8
    })
    for (let more = 0; more < 5; more++) {
      yield* advance(60_000)
      yield* guess(`more${more}@example.com`)
    }
  }
)
