/** Draws a seal into a page. It says nothing to those who do not see it. */
import { sealExtent, sealPaths, type SealSize } from "./Seal.ts"

const namespace = "http://www.w3.org/2000/svg"

/** The seal of a commitment. */
export const sealView = (commitment: string, size: SealSize): SVGSVGElement => {
  const svg = document.createElementNS(namespace, "svg")
  svg.setAttribute("class", `seal seal-${size}`)
  svg.setAttribute("viewBox", `${-sealExtent} ${-sealExtent} ${2 * sealExtent} ${2 * sealExtent}`)
  svg.setAttribute("aria-hidden", "true")
  svg.setAttribute("focusable", "false")
  for (const data of sealPaths(commitment, size)) {
    const path = document.createElementNS(namespace, "path")
    path.setAttribute("d", data)
    svg.append(path)
  }
  return svg
}
