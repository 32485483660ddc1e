/** JSON of an object that may be too large for the memory, written a page at a time. */
import { Stream } from "effect"
import type { Pages } from "./Page.ts"

/** A member of the object: a list that is long. */
export interface LongList<E> {
  readonly name: string
  readonly pages: Pages<unknown, E>
}

/** A list's items, each on a line of its own. */
const itemsText = <E>(pages: Pages<unknown, E>): Stream.Stream<string, E> =>
  pages.pipe(
    Stream.mapAccum(() => "", (separator, page) =>
      page.length === 0
        ? [separator, []] as const
        : [",", [`${separator}\n${page.map((item) => JSON.stringify(item)).join(",\n")}`]] as const)
  )

/** The object: `members`, which are short and at least one, then the lists, in this order. One line an item. */
export const jsonOfLong = <E>(
  members: Readonly<Record<string, unknown>>,
  lists: ReadonlyArray<LongList<E>>
): Stream.Stream<string, E> => {
  const start = Object.entries(members).map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
  return lists.reduce<Stream.Stream<string, E>>(
    (before, { name, pages }) =>
      before.pipe(
        Stream.concat(Stream.succeed(`,\n${JSON.stringify(name)}:[`)),
        Stream.concat(itemsText(pages)),
        Stream.concat(Stream.succeed("]"))
      ),
    Stream.succeed(`{${start.join(",\n")}`)
  ).pipe(Stream.concat(Stream.succeed("}\n")))
}
