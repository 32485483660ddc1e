/** How large the body of a request may be, by its path; the engines ask before they read one (docs/api.md, "too large, too slow"). */

/** Of every path that is not in the table. */
export const bodyBytesMaxDefault = 64 * 1024

/**
 * What a webhook's sender may send. A shop's event carries what its buyer's app set: 50 attributes of 500 characters each, which
 * escaped are 155 KB. Only its sender can vouch for a body, so what is too large is refused unread.
 */
export const webhookBytesMax = 1024 * 1024

/** The paths with a limit of their own: whole ones, without parameters. */
export const bodyBytesMaxByPath: ReadonlyMap<string, number> = new Map([
  ["/webhooks/revenuecat", webhookBytesMax],
  ["/webhooks/stripe", webhookBytesMax],
  ["/webhooks/kyc", webhookBytesMax]
])

/** The most bytes that the body of a request for `url`, path and query, may have. */
export const bodyBytesMax = (url: string): number => {
  const query = url.indexOf("?")
  return bodyBytesMaxByPath.get(query < 0 ? url : url.slice(0, query)) ?? bodyBytesMaxDefault
}
