/** A name of the environment that cannot stay as it is. */
export interface ConfigProblem {
  readonly name: string
  /** A whole sentence, which names it and says what to do. */
  readonly message: string
}
