/** The seal of a draw, drawn from its commitment. It says nothing to those who do not see it. */
import { sealExtent, sealPaths, type SealSize } from "@ddd/web/seal/Seal"
import { useMemo } from "react"

export const Seal = ({ commitment, size }: { readonly commitment: string; readonly size: SealSize }) => {
  const paths = useMemo(() => sealPaths(commitment, size), [commitment, size])
  return (
    <svg
      className={`seal seal-${size}`}
      viewBox={`${-sealExtent} ${-sealExtent} ${2 * sealExtent} ${2 * sealExtent}`}
      aria-hidden="true"
      focusable="false"
    >
      {paths.map((data) => <path key={data} d={data} />)}
    </svg>
  )
}
