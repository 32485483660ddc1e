/** How players are addressed and named (docs/api.md, "Auth"). */
import { emailCharactersMax, parseEmail } from "@ddd/core/accounts/EmailAddress"
import { isNameLikeId } from "@ddd/core/accounts/TakenNames"
import { Effect, Schema, SchemaGetter, SchemaIssue } from "effect"
import { emailExample } from "./Examples.ts"

const addressCharactersMax = Schema.isMaxLength(emailCharactersMax, {
  message: `must have at most ${emailCharactersMax} characters`
})
const message = "must be an e-mail address, without invisible characters"

/** An address that mail can go to, in the form in which it is stored; whether mail reaches somebody there is found out by writing to it. */
export const Email = Schema.String.check(addressCharactersMax).annotate({ examples: [emailExample] }).pipe(
  Schema.decodeTo(Schema.String, {
    decode: SchemaGetter.transformEffect((text: string) => {
      const address = parseEmail(text)
      return address === undefined ? Effect.fail(new SchemaIssue.InvalidValue({ message })) : Effect.succeed(address)
    }),
    encode: SchemaGetter.passthrough()
  })
)

/** An address that is only looked up: of any form, since a wrong one is answered as an unknown one. */
export const SoughtEmail = Schema.String.check(addressCharactersMax).annotate({ examples: [emailExample] })

export const Username = Schema.String.check(
  Schema.makeFilter((name) => !isNameLikeId(name) || "must not have the form of an id"),
  Schema.isPattern(/^[A-Za-z0-9_.-]{3,50}$/u, { message: "must have 3 to 50 characters of A-Z, a-z, 0-9, _, . and -" })
).annotate({ examples: ["ada.l"] })
