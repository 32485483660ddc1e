/** The players, draws and hashes that the OpenAPI document's examples are about: the same ones everywhere. */

export const playerExample = "0190e1a2-0000-7000-8000-00000000000a"
export const drawExample = "0190e1a2-5c3e-7000-8000-0000000000d1"
export const roomExample = "0190e1a2-5c3e-7000-8000-0000000000e1"
export const rowExample = "0190e1a2-7d40-7000-8000-0000000000f7"
export const hashExample = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
export const roomCodeExample = "K7M2QX"
export const passwordExample = "violet kettle sings"
export const emailExample = "ada@example.com"
export const accessTokenExample = "eyJhbGciOiJFZERTQSIsImtpZCI6IjEifQ.eyJzdWIiOiIwMTkwZTFhMiJ9.c2lnbmF0dXJl"
export const refreshTokenExample = "yv5Wd0H2nq0c1Zr2k3mL4o5pQ6rS7tU8vW9xY0zA1bM"
export const mailedTokenExample = "Zr2k3mL4o5pQ6rS7tU8vW9xY0zA1bMyv5Wd0H2nq0c1"
export const noteExample = "lottery.example.com/log\n{\"type\":\"open\",…}\n\n— lottery.example.com/log n2jX…\n"
