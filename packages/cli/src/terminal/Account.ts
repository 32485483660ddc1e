/** Who runs this, as the machine knows them. */
import { userInfo } from "node:os"

/** The name of the account; null where it has none, as in a container that runs under any number. */
export const accountName = (): string | null => {
  try {
    return userInfo().username
  } catch {
    return null
  }
}
