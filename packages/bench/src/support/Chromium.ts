/** The browser of this machine. */
import { existsSync } from "node:fs"
import { delimiter, join } from "node:path"

/** CHROMIUM_PATH, or the first `chromium` on the PATH; undefined where there is none. */
export const chromiumPath: string | undefined = process.env["CHROMIUM_PATH"] ??
  (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "chromium")).find((file) =>
    existsSync(file)
  )
