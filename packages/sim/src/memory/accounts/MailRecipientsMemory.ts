/** Those who are written to, in memory. */
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
          return user === undefined || user.erasedAt !== null ? null : { email: user.email, username: user.username }
        }),

      mailedToken: (id) =>
        Effect.sync(() => {
          const token = store.mailedTokens.get(id)
          if (token === undefined || token.email === null) return null
          if (store.users.get(token.userId)?.erasedAt !== null) return null
          const { email, expiresAt, previousEmail, purpose, usedAt, userId } = token
          return {
            userId,
            purpose,
            email,
            previousEmail,
            expiresAt,
            usable: usedAt === null && expiresAt > store.now()
          }
        })
    }))
)
