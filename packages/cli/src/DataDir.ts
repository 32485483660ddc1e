/** Where the program keeps what is its own. */
import { join, resolve } from "node:path"
import type { Settings } from "./config/Variables.ts"

/** The data folder, as an absolute path: that of the project, from wherever it is called, unless DATA_DIR says otherwise. */
export const dataDirOf = ({ DATA_DIR }: Pick<Settings, "DATA_DIR">): string =>
  DATA_DIR === undefined ? join(import.meta.dirname, "../../..", ".data") : resolve(DATA_DIR)

/** The folder in which is remembered what was acknowledged and published (decision 53), as an absolute path. */
export const proofDirOf = (settings: Pick<Settings, "DATA_DIR" | "PROOF_DIR">): string =>
  settings.PROOF_DIR === undefined ? join(dataDirOf(settings), "proof") : resolve(settings.PROOF_DIR)
