/** Bars of one measure: each server's share of the bare limit. */
export interface Chart {
  readonly title: string;
  readonly bars: readonly { readonly name: string; readonly value: number }[];
}

const LABELS: Readonly<Record<string, string>> = {
  bare: 'bare limit',
  waybill: 'Waybill',
  baseline: 'Waybill, before',
  mercurius: 'Mercurius + jit',
  'yoga-undici': 'Yoga + undici',
  'yoga-fetch': 'Yoga + fetch',
  apollo: 'Apollo Server',
  hive: 'Hive Gateway',
};
const COLOURS: Readonly<Record<string, string>> = {
  waybill: '#0b7285',
  baseline: '#66b2bf',
  bare: '#495057',
};
const OTHER_COLOUR = '#adb5bd';

const WIDTH = 760;
const LEFT = 150;
const BAR = 18;
const STEP = 24;
const TITLE = 34;
const GAP = 16;
const MARGIN = 20;

/** Panels one below the other, on a ground of their own: a page's dark mode shall not swallow the letters. */
export function drawChart(charts: readonly Chart[]): string {
  const longest = Math.max(1, ...charts.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const scale = (WIDTH - LEFT - 80) / longest;
  const parts: string[] = [];
  let y = MARGIN + 16;
  parts.push(
    text(
      MARGIN,
      y,
      'Requests a second, as a share of the bare limit (node:http + undici + JSON.stringify)',
      'bold',
    ),
  );
  y += GAP;
  for (const { title, bars } of charts) {
    y += TITLE;
    parts.push(text(MARGIN, y - 12, title));
    for (const { name, value } of bars) {
      const width = Math.max(1, value * scale).toFixed(1);
      const colour = COLOURS[name] ?? OTHER_COLOUR;
      parts.push(
        `<text x="${LEFT - 8}" y="${y + 14}" text-anchor="end">${LABELS[name] ?? name}</text>`,
        `<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR}" rx="2" fill="${colour}"/>`,
        text(LEFT + Number(width) + 6, y + 14, value.toFixed(2)),
      );
      y += STEP;
    }
  }
  const height = y + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    '<title>Requests a second of each server, as a share of the bare limit</title>',
    '<style>text { font: 13px system-ui, sans-serif; fill: #212529 } .bold { font-weight: 600 }</style>',
    `<rect width="${WIDTH}" height="${height}" rx="6" fill="#ffffff" stroke="#dee2e6"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function text(x: number, y: number, words: string, style?: 'bold'): string {
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x}" y="${y}"${style === undefined ? '' : ` class="${style}"`}>${escaped}</text>`;
}
