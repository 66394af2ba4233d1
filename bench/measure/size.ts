/** Bytes of what is pushed and pulled. */
export const sizes = [1024, 1024 * 1024, 100 * 1024 * 1024] as const;

export function sizeText(size: number): string {
  return size < 1024 * 1024 ? `${size / 1024} KB` : `${size / 1024 / 1024} MB`;
}
