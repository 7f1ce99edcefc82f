/** Subscribes a listener that is called at once and then at most once in `waitMs`; a change in between is told when that is over. */
export function throttle(
  subscribe: (listener: () => void) => () => void,
  listener: () => void,
  waitMs: number,
): () => void {
  if (waitMs <= 0) return subscribe(listener);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOwed = false;
  const tell = (): void => {
    isOwed = timer !== undefined;
    if (isOwed) return;
    timer = setTimeout(() => {
      timer = undefined;
      if (isOwed) tell();
    }, waitMs);
    listener();
  };
  const stop = subscribe(tell);
  return () => {
    clearTimeout(timer);
    stop();
  };
}
