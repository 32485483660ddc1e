/** How large the body of a request may be, by its path; the engines ask before they read one (docs/api.md, "too large, too slow"). */

/** Of every path that is not in the table. */
export const bodyBytesMaxDefault = 64 * 1024

/** What a webhook's sender may send. */
const webhookBytesMax = 64 * 1024

/** The paths with a limit of their own: whole ones, without parameters. */
export const bodyBytesMaxByPath: ReadonlyMap<string, number> = new Map([
  ["/webhooks/revenuecat", webhookBytesMax],
  ["/webhooks/stripe", webhookBytesMax]
])

/** The most bytes that the body of a request for `url`, path and query, may have. */
export const bodyBytesMax = (url: string): number => {
  const query = url.indexOf("?")
  return bodyBytesMaxByPath.get(query < 0 ? url : url.slice(0, query)) ?? bodyBytesMaxDefault
}
