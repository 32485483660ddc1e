/**
 * The seal of a draw: lines as on a banknote, drawn from the commitment that the draw is published with.
 *
 * It is there to be recognised, from the day's page to its verification; it proves nothing. Two draws may look alike.
 */

/** How much of it is drawn: `small` in lists. */
export type SealSize = "full" | "small"

/** The seal fits into a square from −100 to 100. */
export const sealExtent = 100

/** A closed line, in polar coordinates: the radius at each angle, in turns. */
type Line = (turn: number) => number

const tau = 2 * Math.PI

const point = (line: Line, turn: number): readonly [number, number] => {
  const radius = line(turn)
  return [radius * Math.cos(tau * turn), radius * Math.sin(tau * turn)]
}

const written = ([x, y]: readonly [number, number]): string => `${x.toFixed(1)} ${y.toFixed(1)}`

/** The line as the data of a path: arcs of parabolas through the middles of `count` chords, which join without a corner. */
const pathOf = (line: Line, count: number): string => {
  const points = Array.from({ length: count }, (_, index) => point(line, index / count))
  const middle = (index: number): readonly [number, number] => {
    const [[x0, y0], [x1, y1]] = [points[index % count] ?? [0, 0], points[(index + 1) % count] ?? [0, 0]]
    return [(x0 + x1) / 2, (y0 + y1) / 2]
  }
  const arcs = points.map((_, index) =>
    `Q${written(points[(index + 1) % count] ?? [0, 0])} ${written(middle(index + 1))}`
  )
  return `M${written(middle(0))}${arcs.join("")}Z`
}

interface Band {
  readonly radius: number
  /** How far its strands swing to either side. */
  readonly swing: number
  /** How often they do on the way round. */
  readonly lobes: number
  readonly strands: number
  /** A second swing, of other lobes: what makes the band breathe. */
  readonly breath: number
  readonly breaths: number
  /** Where it begins, in turns. */
  readonly turn: number
}

const bandOf = ({ breath, breaths, lobes, radius, strands, swing, turn }: Band, pointsPerLobe: number): Array<string> =>
  Array.from({ length: strands }, (_, strand) =>
    pathOf(
      (at) =>
        radius + swing * Math.cos(tau * (lobes * at + strand / strands + turn)) +
        breath * Math.cos(tau * (breaths * at + turn)),
      lobes * pointsPerLobe
    ))

/** The lines of the seal of a commitment (64 hex digits), as the data of SVG paths, from the outside in. */
export const sealPaths = (commitment: string, size: SealSize): ReadonlyArray<string> => {
  const byte = (index: number): number => Number.parseInt(commitment.slice(2 * index, 2 * index + 2), 16) || 0
  const among = (index: number, least: number, most: number): number => least + byte(index) % (most - least + 1)
  const part = (index: number): number => byte(index) / 256
  if (size === "small") {
    return [
      ...bandOf({
        radius: 74,
        swing: 20,
        lobes: among(0, 7, 12),
        strands: 3,
        breath: 4,
        breaths: among(1, 2, 4),
        turn: part(2)
      }, 8),
      ...bandOf({ radius: 36, swing: 14, lobes: among(3, 3, 6), strands: 2, breath: 0, breaths: 1, turn: part(4) }, 10)
    ]
  }
  return [
    ...bandOf({
      radius: 88,
      swing: 9,
      lobes: among(0, 22, 34),
      strands: among(5, 5, 7),
      breath: 2,
      breaths: among(1, 3, 9),
      turn: part(2)
    }, 8),
    ...bandOf({
      radius: 71,
      swing: 8 + 4 * part(6),
      lobes: among(3, 11, 19),
      strands: among(7, 6, 9),
      breath: 3,
      breaths: among(8, 4, 8),
      turn: part(4)
    }, 10),
    ...bandOf({
      radius: 50,
      swing: 8 + 5 * part(9),
      lobes: among(10, 7, 13),
      strands: among(11, 4, 6),
      breath: 2,
      breaths: among(12, 3, 6),
      turn: part(13)
    }, 12)
  ]
}
