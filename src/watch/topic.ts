/** The topic of an export as one account identity sees it. */
export function toTopic(identity: string, exportId: string): string {
  return `${identity} ${exportId}`;
}
