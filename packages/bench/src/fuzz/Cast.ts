/** Who asks, and what is there to be asked for: renewed as a run goes on, since what is asked ends sessions and closes rooms. */

/** A player, signed in. */
export interface Actor {
  readonly userId: string
  readonly accessToken: string
}

export interface Cast {
  /** Who play. */
  readonly actors: ReadonlyArray<Actor>
  /** Whoever ends sessions, accounts and play does it as one of these, each operation as one of its own. */
  readonly sacrificed: ReadonlyArray<Actor>
  readonly emails: ReadonlyArray<string>
  /** Ids and codes of rooms, of which the first actor hosts some. */
  readonly rooms: ReadonlyArray<string>
  /** Public ids of tickets. */
  readonly tickets: ReadonlyArray<string>
  /** Ids that something has: draws, players, sessions. */
  readonly ids: ReadonlyArray<string>
  readonly codes: ReadonlyArray<string>
  /** Refresh tokens of those who play, and the tokens of links that were mailed: each can be used once. */
  readonly refreshTokens: ReadonlyArray<string>
  readonly mailedTokens: ReadonlyArray<string>
  /** Days of draws. */
  readonly days: ReadonlyArray<string>
}
