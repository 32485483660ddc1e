/** What the server says, looked at before it is believed. */

/** An answer is not what the contract says. */
export class NotUnderstood extends Error {
  constructor(what: string) {
    super(`The server's answer has no ${what}.`)
  }
}

/** What stands under a name; `undefined` where nothing does. */
export const at = (json: unknown, name: string): unknown =>
  typeof json === "object" && json !== null ? Reflect.get(json, name) : undefined

/** The text under a name. Throws `NotUnderstood` where there is none. */
export const textAt = (json: unknown, name: string): string => {
  const value = at(json, name)
  if (typeof value !== "string") throw new NotUnderstood(name)
  return value
}

/** The text under a name, or null. */
export const textOrNullAt = (json: unknown, name: string): string | null =>
  at(json, name) === null ? null : textAt(json, name)

/** The number under a name. */
export const numberAt = (json: unknown, name: string): number => {
  const value = at(json, name)
  if (typeof value !== "number") throw new NotUnderstood(name)
  return value
}

/** The array under a name. */
export const arrayAt = (json: unknown, name: string): ReadonlyArray<unknown> => {
  const value = at(json, name)
  if (!Array.isArray(value)) throw new NotUnderstood(name)
  return value
}

/** The time under a name, in milliseconds. */
export const timeAt = (json: unknown, name: string): number => {
  const millis = Date.parse(textAt(json, name))
  if (Number.isNaN(millis)) throw new NotUnderstood(name)
  return millis
}
