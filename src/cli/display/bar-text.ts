const FULL = '█';
const EMPTY = '░';
/** One step of the block that moves where there is no percentage. */
const STEP_MS = 125;

/** A bar of `width` columns filled to `fraction`, which is 0 to 1. */
export function toBar(fraction: number, width: number): string {
  const filled = Math.floor(Math.min(1, Math.max(0, fraction)) * width);
  return FULL.repeat(filled) + EMPTY.repeat(width - filled);
}

/** A bar of unknown length: a block that moves to and fro. */
export function toMovingBar(now: number, width: number): string {
  const block = Math.min(width, Math.max(2, Math.floor(width / 4)));
  const way = width - block;
  const step = Math.floor(now / STEP_MS) % Math.max(1, way * 2);
  const start = step <= way ? step : way * 2 - step;
  return EMPTY.repeat(start) + FULL.repeat(block) + EMPTY.repeat(way - start);
}
