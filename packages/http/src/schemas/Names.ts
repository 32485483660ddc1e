/** How players are addressed and named (docs/api.md, "Auth"). */
import { Schema } from "effect"
import { emailExample } from "./Examples.ts"

const addressCharactersMax = Schema.isMaxLength(255, { message: "must have at most 255 characters" })

/** An address of a form that mail can go to; whether it does is found out by writing to it. */
export const Email = Schema.String.check(
  addressCharactersMax,
  Schema.isPattern(/^[^\s@"(),:;<>[\\\]\p{C}]+@[^\s@"(),:;<>[\\\]\p{C}.]+(?:\.[^\s@"(),:;<>[\\\]\p{C}.]+)+$/u, {
    message: "must be an e-mail address"
  })
).annotate({ examples: [emailExample] })

/** An address that is only looked up: of any form, since a wrong one is answered as an unknown one. */
export const SoughtEmail = Schema.String.check(addressCharactersMax).annotate({ examples: [emailExample] })

export const Username = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9_.-]{3,50}$/u, { message: "must have 3 to 50 characters of A-Z, a-z, 0-9, _, . and -" })
).annotate({ examples: ["ada.l"] })
