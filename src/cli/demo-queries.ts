import type { SeededJob } from '../../simulator/simulator.ts';
import type { VendorId } from '../export/vendor-id.ts';
import type { GraphiQLTab } from '../transports/graphiql.ts';
import { schemaNames } from '../vendor-file/names.ts';

type Seeds = Readonly<Record<VendorId, readonly SeededJob[] | undefined>>;

/** The tabs that GraphiQL opens with in the demo: one question over all vendors, one stream of what moves, one list. */
export function demoTabs(seeds: Seeds): readonly GraphiQLTab[] {
  // Jobs start when they are first looked at, so the two tabs look at different ones.
  return [
    { query: readQuery(pick(seeds, (jobs) => [jobs[0], jobs[2]])) },
    // The newest ones are under way.
    { query: watchQuery(pick(seeds, (jobs) => jobs.slice(-2))) },
    { query: RECENT_QUERY },
  ];
}

interface Pick {
  readonly vendor: VendorId;
  readonly job: SeededJob;
}

/** Some jobs of each vendor, whose jobs stand oldest first. */
function pick(
  seeds: Seeds,
  choose: (jobs: readonly SeededJob[]) => readonly (SeededJob | undefined)[],
): readonly Pick[] {
  return Object.entries(seeds).flatMap(([vendor, jobs = []]) =>
    choose(jobs).flatMap((job) => (job === undefined ? [] : [{ vendor, job }])),
  );
}

/** `four` */
function toWord(picks: readonly Pick[]): string {
  const count = new Set(picks.map(({ vendor }) => vendor)).size;
  return count === 4 ? 'four' : String(count);
}

function readQuery(picks: readonly Pick[]): string {
  return `# Exports of ${toWord(picks)} vendors, one question. Run it twice: some of them move.
query WhereAreMyExports {
  exports(locators: [
${picks.map(toLocatorLine).join('\n')}
  ]) {
    vendor { name }
    name
    status
    rawStatus
    outcome
    failure { message isRetryable }
    progress { percent }
    createdAt
    files { name mediaType }
    ... on TalkdeskExport { reportType timespan { from to } }
    ... on HiEnergyExport { partsReady totalParts }
  }
}
`;
}

function watchQuery(picks: readonly Pick[]): string {
  return `# Every change, pushed as it happens; the stream ends by itself when all of them have ended.
subscription WatchThemMove {
  exportEvents(locators: [
${picks.map(toLocatorLine).join('\n')}
  ]) {
    __typename
    at
    export { name status rawStatus progress { percent } observation { nextPollAt } vendor { name } }
    ... on ExportStatusChanged { from to }
  }
}
`;
}

const RECENT_QUERY = `# The newest exports of every vendor that can list them.
query Recent {
  recentExports(first: 10) {
    nodes { id name status createdAt vendor { name } files { name url } }
    pageInfo { hasNextPage endCursor }
    unavailable { account { key } code message }
  }
}
`;

function toLocatorLine({ vendor, job }: Pick): string {
  const ids = Object.entries(job.ids).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `    { ${schemaNames(vendor).locatorField}: { ${ids.join(', ')} } } # ${job.title}`;
}
