import type { Entry, Group } from './contents.ts';

const HEAD = `# Waybill

> One GraphQL schema that tells where the export jobs of Power BI, Hi Energy, Talkdesk and WebAdMIT are, and pushes each change. One Node process; GraphQL over HTTP, SSE and websockets at /graphql.

Each page below is Markdown. [schema.graphql](schema.graphql) is the whole schema, [waybill.schema.json](waybill.schema.json) that of the configuration file, [llms-full.txt](llms-full.txt) all pages in one.
`;

/** llms.txt: every page of the contents with its sentence, by a link to its Markdown. */
export function toLlmsText(groups: readonly Group[], placeOf: (link: string) => string): string {
  const toLine = ({ title, link, summary }: Entry): string => `- [${title}](${placeOf(link)}): ${summary}`;
  const sections = groups.map(({ title, entries }) => `## ${title}\n\n${entries.map(toLine).join('\n')}\n`);
  return `${HEAD}\n${sections.join('\n')}`;
}

/** llms-full.txt: all of these pages, one behind the other. */
export function toLlmsFullText(
  groups: readonly Group[],
  placeOf: (link: string) => string,
  texts: ReadonlyMap<string, string>,
): string {
  const places = new Set(groups.flatMap(({ entries }) => entries.map(({ link }) => placeOf(link))));
  return `${HEAD}\n${[...places].map((place) => texts.get(place) ?? '').join('\n\n---\n\n')}`;
}
