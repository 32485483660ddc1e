/** Where the program keeps what is its own. */
import { join, resolve } from "node:path"
import type { Settings } from "./config/Variables.ts"

/** The data folder, as an absolute path: that of the project, from wherever it is called, unless DATA_DIR says otherwise. */
export const dataDirOf = ({ DATA_DIR }: Pick<Settings, "DATA_DIR">): string =>
  DATA_DIR === undefined ? join(import.meta.dirname, "../../..", ".data") : resolve(DATA_DIR)
