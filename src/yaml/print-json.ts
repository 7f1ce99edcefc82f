const LINE_WIDTH = 110;
const LIST_OF_SCALARS = /^ *"\w+": \[\n(?: *(?:"[^"\n]*"|\d+),?\n)+ *\]/gm;

/** JSON laid out as the repository's formatter lays it out: short lists on one line. */
export function printJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  return `${text.replaceAll(LIST_OF_SCALARS, (list) => {
    const line = list.replaceAll(/\n */g, ' ').replace('[ ', '[').replace(/ \]$/, ']');
    return line.length <= LINE_WIDTH ? line : list;
  })}\n`;
}
