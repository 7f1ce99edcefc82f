/** Where an export stands: a word and a shape, and a colour beside. */
import type { Export } from '@waybill/client';
import { memo } from 'react';
import { StatusShape } from '../icons.tsx';
import { statusWords } from '../words/status.ts';

interface StatusBadgeProps {
  readonly shown: Pick<Export, 'status' | 'outcome' | 'rawStatus'>;
}

export const StatusBadge = memo(
  ({ shown }: StatusBadgeProps) => {
    const { text, tone, shape } = statusWords(shown);
    const { rawStatus } = shown;
    return (
      <span
        className="status"
        data-tone={tone}
        title={rawStatus === '' ? undefined : `In the vendor’s own word: ${rawStatus}`}
      >
        <StatusShape shape={shape} />
        <span>{text}</span>
      </span>
    );
  },
  (before, { shown }) =>
    before.shown.status === shown.status &&
    before.shown.outcome === shown.outcome &&
    before.shown.rawStatus === shown.rawStatus,
);
