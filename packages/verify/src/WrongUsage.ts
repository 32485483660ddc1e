/** An option cannot be read, or does not go with the others; the message says which, and how it reads. */
export class WrongUsage extends Error {
  override readonly name = "WrongUsage"
}
