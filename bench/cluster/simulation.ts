/**
 * A million watched exports of ten thousand accounts on six gateways that are killed in turn, with the real hub and poller on a clock
 * that stands still: how often vendors are asked, and how soon others take over.
 *
 * Run: node --max-old-space-size=8000 --max-semi-space-size=128 --import tsx bench/cluster/simulation.ts [--exports 1000000] [--accounts 10000] [--gateways 6]
 */
import { parseArgs } from 'node:util';
import { type IntervalCounts, runSimulation, type Spread } from '../../test/cluster/simulation/simulation.ts';

const { values } = parseArgs({
  options: {
    exports: { type: 'string', default: '1000000' },
    accounts: { type: 'string', default: '10000' },
    gateways: { type: 'string', default: '6' },
    kills: { type: 'string' },
    'kill-every': { type: 'string', default: '5000' },
    interval: { type: 'string', default: '15000' },
    seed: { type: 'string', default: '1' },
  },
});
const exports = Number(values.exports);
const accounts = Number(values.accounts);
const gateways = Number(values.gateways);
const kills = Number(values.kills ?? (gateways > 1 ? gateways : 0));
const killEveryMs = Number(values['kill-every']);
const intervalMs = Number(values.interval);

const startedAt = performance.now();
let mostBytes = 0;
print('exports, accounts, gateways', `${exports}, ${accounts}, ${gateways}`);
if (kills > 0) print('kills', `${kills}, one each ${killEveryMs / 1_000} s; another starts 5 s after it`);
print(
  'interval',
  `${intervalMs / 1_000} s, half of the accounts with a list call, the others 10 calls a second`,
);
const report = await runSimulation({
  ...{ exports, accounts, gateways, kills, killEveryMs, intervalMs, seed: Number(values.seed) },
  onInterval: tellInterval,
});
const { user, system } = process.cpuUsage();
const polls = report.intervals.reduce((sum, counts) => sum + counts.polls, 0);

print('most calls of one account in any one second', String(report.mostInOneSecond));
print('accounts taken over, left without an owner', `${report.accountsTakenOver}, ${report.accountsLeft}`);
print('exports asked about by gateways as they were killed', String(report.underWayAtKills));
print('owned by another after (least, median, most)', toText(report.ownedAfterMs));
print('asked about by another after', toText(report.askedAfterMs));
print('subscribers, reconnects', `${report.subscribers}, ${report.reconnects}`);
print('changes told', String(report.changesTold));
print('exports with a change that was lost, or told twice', `${report.lost}, ${report.repeated}`);
const { backward, gaps, ended } = report.ledger;
print('events that went back, marked gaps, streams that ended', `${backward}, ${gaps}, ${ended}`);
print(
  'processor time',
  `${((user + system) / 1e6).toFixed(0)} s, ${((user + system) / polls).toFixed(1)} µs per poll`,
);
print(
  'time, most memory',
  `${((performance.now() - startedAt) / 1_000).toFixed(0)} s, ${(mostBytes / 1e9).toFixed(2)} GB`,
);

function tellInterval(counts: IntervalCounts): void {
  mostBytes = Math.max(mostBytes, process.memoryUsage().rss);
  const { number, kills: killed, longestGapMs, extraPolls, mostExtraPolls } = counts;
  const perExport = (counts.polls / exports).toFixed(3);
  const extra = `${extraPolls} extra polls, at most ${mostExtraPolls} of one export`;
  const gap = `longest gap ${(longestGapMs / 1_000).toFixed(1)} s`;
  print(
    killed === 0 ? `interval ${number}` : `interval ${number}, ${killed} killed`,
    `${perExport} polls per export, ${counts.listCallsPerAccount.toFixed(3)} list calls per account, ${extra}, ${gap}`,
  );
}

function toText({ least, median, most }: Spread): string {
  return [least, median, most].map((ms) => `${(ms / 1_000).toFixed(1)} s`).join(', ');
}

function print(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(56)} ${value}\n`);
}
