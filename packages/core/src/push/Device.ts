/**
 * The devices on which a player is told of what happens, by push notifications (docs/push.md).
 *
 * A device is put by the app that runs on it, at each of its starts, under the session of who is signed in there; it goes with that session.
 * Its token is an address that whoever knows it may put: it is told what concerns the player who put it last, and nobody else.
 */
import type { SessionId } from "../accounts/Session.ts"
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"

export const platforms = ["android", "ios"] as const
export type Platform = typeof platforms[number]

/** How many devices a player has at most; one more takes the place of that which was put longest ago. */
export const devicesMax = 10

/** A token of Expo's: `ExponentPushToken[…]`, today with 22 characters in it. */
export const pushTokenPattern = /^(?:ExponentPushToken|ExpoPushToken)\[[A-Za-z0-9_=.:+/-]{1,100}\]$/u

/** A language tag as devices say it, with extensions (RFC 5646): `es-MX`, `zh-Hant-TW`, `en-US-u-hc-h23`. */
export const localePattern = /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}(?:-[A-Za-z0-9](?:-[A-Za-z0-9]{2,8}){1,8}){0,4}$/u

/** What is kept of a tag: the language, without what clocks, calendars and digits are to be like. `ar-EG-u-nu-latn` → `ar-EG`. */
export const languageOf = (locale: string): string => locale.replace(/-[A-Za-z0-9]-.*$/u, "")

/** A device as the app on it tells of it. */
export interface DevicePut {
  /** A UUID that the app made for itself. */
  readonly deviceId: string
  readonly pushToken: string
  readonly platform: Platform
  /** Without extensions (`languageOf`). */
  readonly locale: string
}

/** A device that is kept. */
export interface Device extends DevicePut {
  readonly userId: UserId
  readonly sessionId: SessionId
  /** When it was put last. */
  readonly putAt: Instant
}

/** Which device: of whom, and which of theirs. */
export type DeviceKey = Pick<Device, "deviceId" | "userId">

export const isSameDevice = (one: DeviceKey, other: DeviceKey): boolean =>
  one.userId === other.userId && one.deviceId === other.deviceId

/**
 * Which devices go where one is put: whichever has its token, and of the player's those beyond `devicesMax`, that which was put longest ago
 * first. `held`: the player's, and the one that has the token, whoever's it is. What is put takes the place of its own row.
 */
export const displacedBy = (put: Device, held: ReadonlyArray<Device>): ReadonlyArray<Device> => {
  const others = held.filter((device) => !isSameDevice(device, put))
  const hasToken = ({ pushToken }: Device) => pushToken === put.pushToken
  const left = others.filter((device) => !hasToken(device) && device.userId === put.userId)
    .toSorted((a, b) => a.putAt - b.putAt)
  return [...others.filter(hasToken), ...left.slice(0, Math.max(0, left.length + 1 - devicesMax))]
}
