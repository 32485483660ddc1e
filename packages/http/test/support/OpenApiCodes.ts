/** What the OpenAPI document says of error codes. */
import { at } from "./Server.ts"

/** The codes that a problem's schema, or one of several, lets through. */
export const codesIn = (schema: unknown): ReadonlyArray<unknown> => {
  const [several, values] = [at(schema, "anyOf") ?? at(schema, "allOf"), at(schema, "enum")]
  if (Array.isArray(several)) return several.flatMap(codesIn)
  if (Array.isArray(values)) return values
  const code = at(schema, "properties", "code")
  return code === undefined ? [] : codesIn(code)
}
