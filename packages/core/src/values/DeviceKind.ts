/** What kind of device a request says that it comes from: one of a few words, which may be mailed to whoever the request is about. */

/** As a mail says it, after "From". */
export const deviceKinds = [
  "an iPhone",
  "an iPad",
  "a Mac",
  "an Apple device",
  "an Android device",
  "a Windows computer",
  "a Chromebook",
  "a Linux computer"
] as const
export type DeviceKind = typeof deviceKinds[number]

/** Which words of a `User-Agent` say what; the first that is found counts, as those of phones name other systems too. */
const wordsOf: ReadonlyArray<readonly [RegExp, DeviceKind]> = [
  [/iPhone/, "an iPhone"],
  [/iPad/, "an iPad"],
  [/Android|okhttp|Dalvik/, "an Android device"],
  [/Windows/, "a Windows computer"],
  [/CrOS/, "a Chromebook"],
  [/Macintosh|Mac OS X/, "a Mac"],
  [/CFNetwork|Darwin/, "an Apple device"],
  [/Linux|X11/, "a Linux computer"]
]

/**
 * The kind of device that a `User-Agent` names; null where it names none that we know. Whoever asks chooses the text, so it proves
 * nothing, and none of it is repeated.
 */
export const deviceKindOf = (userAgent: string | null): DeviceKind | null =>
  userAgent === null ? null : wordsOf.find(([words]) => words.test(userAgent))?.[1] ?? null
