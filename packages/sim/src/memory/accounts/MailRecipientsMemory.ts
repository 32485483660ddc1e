/** Those who are written to, in memory. */
import { mailedTokenState } from "@ddd/core/accounts/MailedToken"
import { MailRecipients } from "@ddd/core/ports/MailRecipients"
import { Effect, Layer } from "effect"
import { Store } from "../Store.ts"

export const layer = Layer.effect(
  MailRecipients,
  Effect.map(Store, (store) =>
    MailRecipients.of({
      recipient: (userId) =>
        Effect.sync(() => {
          const user = store.users.get(userId)
          if (user === undefined || user.erasedAt !== null) return null
          const { email, emailVerified: isVerified, username } = user
          return { email, isVerified, username }
        }),

      mailedToken: (id) =>
        Effect.sync(() => {
          const token = store.mailedTokens.get(id) ?? null
          const isErased = token !== null && store.users.get(token.userId)?.erasedAt !== null
          return mailedTokenState(token, { isErased, now: store.now() })
        })
    }))
)
