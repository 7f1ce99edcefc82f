import type { HandleByYoga, YogaSettings } from './yoga.ts';

/** Yoga, loaded for the first request that needs it: queries by POST never do, and it weighs 6 MB. */
export function yogaWhenAsked(settings: YogaSettings): HandleByYoga {
  let loading: Promise<HandleByYoga> | undefined;
  return async (request, response, asked) => {
    loading ??= import('./yoga.ts').then(({ createYogaTransport }) => createYogaTransport(settings));
    const handle = await loading;
    return handle(request, response, asked);
  };
}
