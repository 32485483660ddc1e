/**
 * PRODUCT_CATALOG: what each product of the stores is worth here.
 *
 * A JSON object from a product's id to its amount, `{"funds_5": "5.00"}`. It alone decides what a purchase credits:
 * what a store says of prices is in many currencies, rounded, and not ours.
 */
import { type Cents, parseCents } from "@ddd/core/money/Money"
import { Result } from "effect"
import { CatalogUnusable } from "./CatalogUnusable.ts"

/** From a product's id to what it credits: positive. */
export type ProductCatalog = ReadonlyMap<string, Cents>

/** A catalogue has at most this many products. */
export const productsMax = 1_000

/** An id of a product: 1 … 255 printable characters without a space. */
const productForm = /^[\x21-\x7e]{1,255}$/

const textForm = /"(?:[^"\\]|\\.)*"/g

/** Reads PRODUCT_CATALOG. */
export const readProductCatalog = (text: string): Result.Result<ProductCatalog, CatalogUnusable> => {
  const unusable = (reason: string) => Result.fail(new CatalogUnusable({ reason }))
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return unusable("is not JSON: write {\"funds_5\": \"5.00\"}")
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return unusable("must be a JSON object from product ids to amounts, such as {\"funds_5\": \"5.00\"}")
  }
  const entries: ReadonlyArray<readonly [string, unknown]> = Object.entries(json)
  if (entries.length === 0) return unusable("names no product")
  if (entries.length > productsMax) return unusable(`names ${entries.length} products; ${productsMax} are the most`)
  const catalog = new Map<string, Cents>()
  for (const [product, worth] of entries) {
    if (!productForm.test(product)) {
      return unusable(`${shown(product)} is no product's id: 1 to 255 printable characters without a space`)
    }
    const amount = typeof worth === "string" ? parseCents(worth) : undefined
    if (amount === undefined || amount <= 0n) {
      return unusable(`${shown(product)} must be worth an amount above zero with two places, in quotes, such as "5.00"`)
    }
    catalog.set(product, amount)
  }
  // JSON.parse keeps the last of two members with one name: every text is now the id or the amount of one product
  if (text.match(textForm)?.length !== 2 * entries.length) return unusable("names a product twice")
  return Result.succeed(catalog)
}

const shown = (product: string): string => JSON.stringify(product.slice(0, 80))
