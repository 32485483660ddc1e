/** What a UUID v7 says of the time at which it was made: rows of a player between two instants are found by the index of their ids. */

/**
 * A ticket's id is made of the instant of its purchase, or of a later one where the process had come that far: never of an earlier
 * one. No node's identifiers run ahead of the clock by as much as this, in milliseconds.
 */
export const idsAheadMillisMax = 600_000

/** The last instant that a UUID v7 can say. */
const millisMax = 2 ** 48 - 1

/** The smallest UUID v7 of an instant; of the first or the last that one can say where it is before or after them. */
export const smallestIdAt = (millis: number): string => {
  const time = Math.min(Math.max(Math.trunc(millis), 0), millisMax).toString(16).padStart(12, "0")
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`
}

/** Before every id. */
export const idBeforeAll = "00000000-0000-0000-0000-000000000000"

/** After every id. */
export const idAfterAll = "ffffffff-ffff-ffff-ffff-ffffffffffff"

/** The instant that a UUID v7 says, in milliseconds. */
export const millisOfId = (id: string): number => Number.parseInt(id.replace("-", "").slice(0, 12), 16)
