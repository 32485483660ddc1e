/** Where the public pages are built (scripts/pages.mjs). */
import { join } from "node:path"

export const pagesFolder = join(import.meta.dirname, "../../../web/dist/pages")
