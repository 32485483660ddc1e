/** The `_tag` of an error; undefined where it has none. */
export const tagOf = (error: unknown): string | undefined => {
  const tag: unknown = typeof error === "object" && error !== null && "_tag" in error ? error._tag : undefined
  return typeof tag === "string" ? tag : undefined
}
