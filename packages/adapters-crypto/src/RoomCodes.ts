/** The codes that rooms are joined by: whoever knows one comes in, so nobody may guess it. */
import { codeLength, codeOf } from "@ddd/core/rooms/RoomCode"
import { randomBytes } from "node:crypto"
import { makeRecentlyUsed } from "./RecentlyUsed.ts"

/** A few more bytes than a code has symbols: once in a hundred they do not suffice. */
const bytesATry = codeLength + 2

/** How many of the newest codes are not given out again, at least. */
const rememberedMin = 5_000

/** Makes a generator of codes: each of the 30^6 as likely as another, but for the newest. `random`: secure random bytes. */
export const makeRoomCodes = (random: (bytes: number) => Uint8Array = randomBytes): () => string => {
  const given = makeRecentlyUsed<string, true>(2 * rememberedMin)
  return () => {
    for (;;) {
      const code = codeOf(random(bytesATry))
      if (code === undefined || given.get(code) === true) continue
      given.set(code, true)
      return code
    }
  }
}
