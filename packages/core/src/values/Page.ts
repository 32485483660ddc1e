/** Long lists, a page at a time: for clients newest first; to be read whole, oldest first. */
import type { Stream } from "effect"

/** `limit` 1 … 100; `cursor` is the `nextCursor` of the page before, or null for the first page. */
export interface PageRequest {
  readonly limit: number
  readonly cursor: string | null
}

/** `nextCursor` is null on the last page. */
export interface Page<A> {
  readonly items: ReadonlyArray<A>
  readonly nextCursor: string | null
}

/** The page made of up to `limit + 1` items, of which the last only says that there is more. `cursorOf` names an item. */
export const pageOf = <A>(items: ReadonlyArray<A>, limit: number, cursorOf: (item: A) => string): Page<A> => {
  const shown = items.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown, nextCursor: items.length > limit && last !== undefined ? cursorOf(last) : null }
}

/** A list that may be too long for the memory, oldest first: a page of it is read at a time. A page may be empty. */
export type Pages<A, E> = Stream.Stream<ReadonlyArray<A>, E>
