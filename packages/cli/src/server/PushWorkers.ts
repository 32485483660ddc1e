/** The workers of a server that tell players on their devices. */
import * as PushSenderExpo from "@ddd/adapters-expo/PushSenderExpo"
import * as PushSenderFiles from "@ddd/adapters-expo/PushSenderFiles"
import * as PushMessagesPg from "@ddd/adapters-pg/push/PushMessagesPg"
import * as Pushes from "@ddd/core/work/Pushes"
import { Effect, Layer } from "effect"
import { join } from "node:path"
import type { Settings } from "../config/Variables.ts"
import { dataDirOf } from "../DataDir.ts"

type PushSettings = Pick<Settings, "DATA_DIR" | "EXPO_ACCESS_TOKEN" | "EXPO_API_BASE" | "NODE_ENV">

/** Who delivers: Expo; without its token files in development, and nobody in production. */
const senderOf = (settings: PushSettings) => {
  const { EXPO_ACCESS_TOKEN: accessToken, EXPO_API_BASE: apiBase } = settings
  if (accessToken !== undefined) return PushSenderExpo.layer({ accessToken, apiBase })
  return settings.NODE_ENV === "production"
    ? null
    : PushSenderFiles.layer({ folder: join(dataDirOf(settings), "push") })
}

/** Sends what is due until the scope ends; what is under way then is sent again by another server, or after the next start. */
export const layer = (settings: PushSettings) => {
  const sender = senderOf(settings)
  return sender === null
    ? Layer.empty
    : Layer.effectDiscard(Effect.forkScoped(Pushes.run())).pipe(Layer.provide([sender, PushMessagesPg.layer]))
}
