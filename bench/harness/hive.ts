import type { Locator } from './operations.ts';

/** The same exports asked of Hive Gateway, whose schema is the vendors' own: as many fields, in the vendors' words. */

interface Field {
  readonly name: string;
  readonly args: Readonly<Record<string, string>>;
  readonly selection: string;
}

function toField(locator: Locator): Field {
  if ('powerBi' in locator) {
    const { reportId, exportId } = locator.powerBi;
    const selection = '{ id status reportName percentComplete createdDateTime lastActionDateTime }';
    return { name: 'powerBiExport', args: { reportId, exportId }, selection };
  }
  if ('hiEnergy' in locator) {
    const progress = 'progress { parts_ready total_parts }';
    const selection = `{ export { id display_name status ${progress} created_at updated_at } }`;
    return { name: 'hiEnergyExport', args: { exportId: locator.hiEnergy.exportId }, selection };
  }
  if ('talkdesk' in locator) {
    const { reportType, jobId } = locator.talkdesk;
    return {
      name: 'talkdeskExport',
      args: { reportType, jobId },
      selection: '{ job { id name status created_at } }',
    };
  }
  const { exportId, exportFileId } = locator.webAdmit;
  return {
    name: 'webAdmitExport',
    args: { exportId, exportFileId },
    selection: '{ export_files { id status href } }',
  };
}

/** @param body - as the other servers get it */
export function toHiveBody(body: string): string {
  const { variables } = JSON.parse(body) as {
    variables: { locator?: Locator; locators?: readonly Locator[] };
  };
  const locators = variables.locators ?? (variables.locator === undefined ? [] : [variables.locator]);
  const declared: string[] = [];
  const values: Record<string, string> = {};
  const fields = locators.map((locator, index) => {
    const { name, args, selection } = toField(locator);
    const given = Object.entries(args).map(([argument, value]) => {
      const variable = `${argument}${index}`;
      declared.push(`$${variable}: String!`);
      values[variable] = value;
      return `${argument}: $${variable}`;
    });
    return `e${index}: ${name}(${given.join(', ')}) ${selection}`;
  });
  return JSON.stringify({
    query: `query Exports(${declared.join(', ')}) { ${fields.join(' ')} }`,
    variables: values,
  });
}
