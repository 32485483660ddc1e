/** Answers that are kept for a while, since the same is asked again and again. */

/** `make`, remembering at most `max` of its answers: beyond that all are forgotten, so that whoever asks for many costs no memory. */
export const makeRecent = <A>(max: number, make: (key: string) => A): (key: string) => A => {
  const recent = new Map<string, { readonly answer: A }>()
  return (key) => {
    const known = recent.get(key)
    if (known !== undefined) return known.answer
    if (recent.size >= max) recent.clear()
    const answer = make(key)
    recent.set(key, { answer })
    return answer
  }
}
