/** The administrator of a PostgreSQL server, as options name one: by a URL, which may come from stdin, where nobody else sees its password. */
import { visibleError } from "@ddd/core/values/Visible"
import { Option } from "commander"
import { Data, Effect, Redacted } from "effect"
import { text } from "node:stream/consumers"

/** The URL cannot be read. Nothing was done. */
class AdministratorUnreadable extends Data.TaggedError("AdministratorUnreadable")<{ readonly message: string }> {}

/** An option that takes such a URL. */
export const adminOption = (flags: string, help: string): Option =>
  new Option(flags, `${help}; - reads the URL from stdin`)

/** The way there that the option `flag` says. */
export const administratorOf = Effect.fnUntraced(function*(flag: string, said: string) {
  const { fromUrl } = yield* Effect.promise(() => import("@ddd/adapters-pg/database/Provision"))
  const url = said === "-"
    ? yield* Effect.tryPromise({
      try: () => text(process.stdin),
      catch: (error) =>
        new AdministratorUnreadable({
          message: `${flag} - cannot be read: ${visibleError(error)}.`
        })
    })
    : said
  return yield* Effect.mapError(
    fromUrl(Redacted.make(url.trim())),
    ({ message }) => new AdministratorUnreadable({ message: `${flag}: ${message}` })
  )
})
