/** How many stand where; each number shows those alone. */
import type { Export, Phase } from '@waybill/client';
import { memo, useMemo } from 'react';
import { type View, writeView } from '../address.ts';
import { PHASES } from '../filters.ts';
import { Link } from '../link.tsx';

interface PhaseTabsProps {
  readonly exports: readonly Export[];
  readonly view: View;
  readonly hash: string;
}

export const PhaseTabs = memo(({ exports, view, hash }: PhaseTabsProps) => {
  const counts = useMemo(() => countPhases(exports), [exports]);
  const tabs: readonly (readonly [string, string, number])[] = [
    ['', 'All', exports.length],
    ...PHASES.map(([phase, text]) => [phase, text, counts[phase]] as const),
  ];
  return (
    <nav className="phases" aria-label="Where they stand">
      {tabs.map(([phase, text, count]) => (
        <Link
          key={phase}
          to={`/${writeView({ ...view, status: phase })}${hash}`}
          data-phase={phase}
          aria-current={view.status === phase ? 'true' : undefined}
        >
          {text} <span className="count">{count}</span>
        </Link>
      ))}
    </nav>
  );
});

function countPhases(exports: readonly Export[]): Record<Phase, number> {
  const counts: Record<Phase, number> = { waiting: 0, moving: 0, succeeded: 0, failed: 0, gone: 0 };
  for (const { phase } of exports) counts[phase] += 1;
  return counts;
}
