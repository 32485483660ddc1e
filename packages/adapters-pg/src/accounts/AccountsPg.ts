/** Players on PostgreSQL. Each operation is one transaction, with its security event and the mail it causes. */
import { Accounts } from "@ddd/core/ports/Accounts"
import type { UserId } from "@ddd/core/values/Ids"
import { Effect, flow, Layer } from "effect"
import { walletOf } from "../database/Rows.ts"
import { orUnavailable } from "../database/Transaction.ts"
import { passwordHashOf, personOf, readProfileRow } from "./AccountRows.ts"
import { makeServices } from "./AccountServices.ts"
import { makeCredentials } from "./Credentials.ts"
import { keepIdentifying } from "./EmailIdentityRows.ts"
import { makeOperators } from "./OperatorActions.ts"
import { makeSignUpAndIn } from "./SignUpAndIn.ts"

const make = Effect.gen(function*() {
  const services = yield* makeServices
  const { sql } = services
  const signUpAndIn = makeSignUpAndIn(services)
  const credentials = makeCredentials(services)
  const operators = makeOperators(services)
  yield* keepIdentifying(sql)

  const profile = Effect.fn("AccountsPg.profile")(function*(user: UserId) {
    const row = yield* readProfileRow(sql, user)
    return row === undefined ? null : { ...personOf(row), wallet: walletOf(row) }
  })

  const passwordHash = Effect.fn("AccountsPg.passwordHash")(function*(user: UserId) {
    const [row] = yield* sql<{ readonly password_hash: string }>`
      SELECT password_hash FROM users WHERE id = ${user}::uuid AND erased_at IS NULL`
    return row === undefined ? null : passwordHashOf(row)
  })

  return Accounts.of({
    signUp: flow(signUpAndIn.signUp, orUnavailable),
    findForSignIn: flow(signUpAndIn.findForSignIn, orUnavailable),
    openSession: flow(signUpAndIn.openSession, orUnavailable),
    profile: flow(profile, orUnavailable),
    passwordHash: flow(passwordHash, orUnavailable),
    verifyEmail: flow(credentials.verifyEmail, orUnavailable),
    askVerification: flow(credentials.askVerification, orUnavailable),
    askReset: flow(credentials.askReset, orUnavailable),
    resetPassword: flow(credentials.resetPassword, orUnavailable),
    findForReset: flow(credentials.findForReset, orUnavailable),
    changePassword: flow(credentials.changePassword, orUnavailable),
    changeProfile: flow(credentials.changeProfile, orUnavailable),
    find: flow(operators.find, orUnavailable),
    sharingMailboxes: flow(operators.sharingMailboxes, orUnavailable),
    freeze: flow(operators.freeze, orUnavailable),
    unfreeze: flow(operators.unfreeze, orUnavailable),
    export: flow(operators.exportAll, orUnavailable),
    erase: flow(operators.erase, orUnavailable),
    eraseSelf: flow(operators.eraseSelf, orUnavailable)
  })
})

export const layer = Layer.effect(Accounts, make)
