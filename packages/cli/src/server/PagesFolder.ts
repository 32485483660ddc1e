/** Where what browsers load is built (scripts/pages.mjs). */
import { join } from "node:path"

const packages = join(import.meta.dirname, "../../..")

/** The public pages. */
export const pagesFolder = join(packages, "web/dist/pages")

/** The app for players. */
export const playAppFolder = join(packages, "play/dist/app")
