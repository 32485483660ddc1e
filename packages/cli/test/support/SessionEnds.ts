/** Whether tokens are good: at every server, and at `/auth/refresh`. */
import { Effect } from "effect"
import { eventually } from "./Ddd.ts"
import { Site, type Tokens } from "./Site.ts"

/** What the access token is answered by each server, and then the refresh token. */
export const statuses = ({ accessToken, refreshToken }: Tokens) =>
  Effect.gen(function*() {
    const { ask, post, urls } = yield* Site
    const access = yield* Effect.forEach(urls, (url) => ask("GET", "/user/profile", { token: accessToken, at: url }))
    return [...access, yield* post("/auth/refresh", { refreshToken })].map(({ status }) => status)
  })

/** The same once each server refuses the access token: the word of an end takes a moment to the others. */
export const settled = (tokens: Tokens) =>
  Effect.gen(function*() {
    const { ask, urls } = yield* Site
    for (const url of urls) {
      yield* eventually(
        "the access token is refused",
        ask("GET", "/user/profile", { token: tokens.accessToken, at: url }),
        ({ status }) => status === 401
      )
    }
    return yield* statuses(tokens)
  })
