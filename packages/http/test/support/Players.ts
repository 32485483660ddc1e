/** Players who come by HTTP, with a password and the mail that they are sent. */
import { Effect } from "effect"
import { type Answer, type Call, Client, textAt } from "./Server.ts"

export const password = "correct horse battery"
export const newPassword = "another fine staple"

export const post = (path: string, body?: unknown, call: Call = {}): Effect.Effect<Answer, never, Client> =>
  Effect.flatMap(Client, (client) => client.call("POST", path, body === undefined ? call : { ...call, body }))

export const get = (path: string, token: string): Effect.Effect<Answer, never, Client> =>
  Effect.flatMap(Client, ({ call }) => call("GET", path, { token }))

/** What a client keeps of being signed in. */
export interface SignedIn {
  readonly userId: string
  readonly email: string
  readonly token: string
  readonly refreshToken: string
}

const kept = (email: string, { json }: Answer): SignedIn => ({
  userId: textAt(json, "user", "id"),
  email,
  token: textAt(json, "tokens", "accessToken"),
  refreshToken: textAt(json, "tokens", "refreshToken")
})

/** What a new player called `name` signs up with. */
export const player = (name: string) => ({ email: `${name}@example.com`, username: name, password })

export const signUp = (name: string): Effect.Effect<SignedIn, never, Client> =>
  Effect.map(post("/auth/sign-up", player(name)), (answer) => kept(player(name).email, answer))

export const trySignIn = (email: string, withPassword = password, call: Call = {}) =>
  post("/auth/sign-in", { email, password: withPassword }, call)

export const signIn = (email: string, withPassword = password, call: Call = {}) =>
  Effect.map(trySignIn(email, withPassword, call), (answer) => kept(email, answer))

/** Whether an access token is taken: the status of an answer to it. */
export const statusFor = (token: string) => Effect.map(get("/user/profile", token), ({ status }) => status)
