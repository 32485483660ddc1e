/** Devices as the API takes them. */
import { localePattern, platforms, pushTokenPattern } from "@ddd/core/push/Device"
import { Schema } from "effect"
import { described } from "../schemas/Described.ts"

export const PutDevice = described({
  pushToken: [
    Schema.String.check(Schema.isPattern(pushTokenPattern, { message: "must be a push token of Expo's" })),
    "What Expo gave the app",
    "ExponentPushToken[K7M2QXzzzzzzzzzzzzzzzz]"
  ],
  platform: [Schema.Literals(platforms), "Whose device it is", "ios"],
  locale: [
    Schema.String.check(Schema.isPattern(localePattern, { message: "must be a language tag, such as es-MX" })),
    "The language that it speaks, as BCP 47 writes it; what it is told is in Spanish or English",
    "es-MX"
  ]
})
