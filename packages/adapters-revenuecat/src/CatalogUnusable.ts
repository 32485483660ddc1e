/** Why the catalogue of products cannot be used. */
import { Data } from "effect"

/** `reason` completes "PRODUCT_CATALOG: …". */
export class CatalogUnusable extends Data.TaggedError("CatalogUnusable")<{ readonly reason: string }> {
  readonly variable = "PRODUCT_CATALOG"
  override get message() {
    return `${this.variable}: ${this.reason}`
  }
}
