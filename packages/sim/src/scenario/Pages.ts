/** Reads a list to its end as a client does. */
import type { Page, PageRequest } from "@ddd/core/values/Page"
import { assert } from "@effect/vitest"
import { Effect } from "effect"

/** The most pages that a test's list has. */
const pagesMax = 1000

/** All pages of a list, each of at most `limit` items. */
export const pagesOf = <A, E, R>(
  limit: number,
  read: (page: PageRequest) => Effect.Effect<Page<A>, E, R>
): Effect.Effect<ReadonlyArray<ReadonlyArray<A>>, E, R> =>
  Effect.gen(function*() {
    const pages: Array<ReadonlyArray<A>> = []
    let cursor: string | null = null
    do {
      const page: Page<A> = yield* read({ limit, cursor })
      assert.isAtMost(page.items.length, limit)
      pages.push(page.items)
      assert.isBelow(pages.length, pagesMax, "a list must end")
      cursor = page.nextCursor
    } while (cursor !== null)
    return pages
  })
