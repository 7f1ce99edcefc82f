import type { ExportEvent } from '../export/events.ts';

/** The event behind one GraphQL event type. */
export type ExportEventOf<Type extends ExportEvent['type']> = Extract<ExportEvent, { readonly type: Type }>;
