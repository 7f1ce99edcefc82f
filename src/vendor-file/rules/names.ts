import { CODED_VENDOR_IDS } from '../../export/vendor-id.ts';
import { isPlainName, type KeyPath, type Problem } from '../../yaml/problem.ts';
import { valueAt } from '../../yaml/tree.ts';
import { toSchemaNames } from '../names.ts';
import { findPathFault, namesInPath } from '../template.ts';
import { EXPORT_FIELDS, LOCATOR_FIELDS, OBJECT_NAMES, SCHEMA_TYPES } from './reserved.ts';
import { type FileView, mappingAt, problemAt, type Rule } from './view.ts';

/** Names are no one else's: not the schema's, not another vendor's, not one another's. */
export const nameRules: readonly Rule[] = [
  idIsFree,
  idsAreFree,
  settingsAreFree,
  detailsAreFree,
  orderIsFree,
];

function idIsFree({ tree }: FileView): readonly Problem[] {
  const id = valueAt(tree, ['id']);
  if (typeof id !== 'string' || !isPlainName(id)) return [];
  const path = ['id'];
  if (CODED_VENDOR_IDS.some((each) => each === id)) {
    return [problemAt(tree, path, 'an id that no vendor which comes with Waybill as code has')];
  }
  const { exportType, locatorType, orderType, locatorField } = toSchemaNames(id);
  const taken = [exportType, locatorType, orderType].find((name) => SCHEMA_TYPES.has(name));
  if (taken !== undefined) {
    return [problemAt(tree, path, `an id whose types are not called as the schema's own: ${taken} is one`)];
  }
  if (LOCATOR_FIELDS.has(locatorField)) {
    return [problemAt(tree, path, `an id other than ${[...LOCATOR_FIELDS].join(', ')}`)];
  }
  const twin = CODED_VENDOR_IDS.find((each) => toSchemaNames(each).exportType === exportType);
  return twin === undefined
    ? []
    : [problemAt(tree, path, `an id whose types are not called as those of ${twin}`)];
}

/** Two vendors whose types would be called the same; undefined where all differ. */
export function findNameCollision(ids: readonly string[]): readonly [string, string] | undefined {
  const seen = new Map<string, string>();
  for (const id of ids) {
    const { exportType } = toSchemaNames(id);
    const other = seen.get(exportType);
    if (other !== undefined) return [other, id];
    seen.set(exportType, id);
  }
  return undefined;
}

/** Names that templates know beside ids and settings. */
const GIVEN_NAMES: ReadonlySet<string> = new Set(['limit', 'ids']);

function idsAreFree({ tree, ids, isOptional }: FileView): readonly Problem[] {
  const last = ids.at(-1);
  return [
    ...ids.flatMap((name) => [
      ...refuse(tree, ['locator', name], name, EXPORT_FIELDS, "a name that is no field of every export's"),
      ...refuse(tree, ['locator', name], name, GIVEN_NAMES, 'a name other than limit and ids'),
      ...refuse(tree, ['locator', name], name, OBJECT_NAMES, 'a name that not every object knows'),
    ]),
    ...(ids.length === 0 && valueAt(tree, ['locator']) !== undefined
      ? [problemAt(tree, ['locator'], 'at least one id', 'none')]
      : []),
    ...(last !== undefined && isOptional(last)
      ? [problemAt(tree, ['locator', last, 'optional'], 'false: the last id names the export')]
      : []),
  ];
}

function settingsAreFree({ tree, ids, settings }: FileView): readonly Problem[] {
  return settings.flatMap((name) => [
    ...refuse(tree, ['settings', name], name, new Set(ids), "a name that is none of the locator's"),
    ...refuse(tree, ['settings', name], name, GIVEN_NAMES, 'a name other than limit and ids'),
    ...refuse(tree, ['settings', name], name, OBJECT_NAMES, 'a name that not every object knows'),
  ]);
}

function detailsAreFree({ tree, ids }: FileView): readonly Problem[] {
  const first = new Set(Object.keys(mappingAt(tree, ['status', 'details'])));
  return [
    ['status', 'details'],
    ['status', 'further', 'details'],
  ].flatMap((parent) =>
    Object.keys(mappingAt(tree, parent)).flatMap((name) => {
      const path = [...parent, name];
      return [
        ...refuse(tree, path, name, EXPORT_FIELDS, "a name that is no field of every export's"),
        ...refuse(
          tree,
          path,
          name,
          new Set(ids),
          "a name that is none of the locator's, which are fields too",
        ),
        ...refuse(tree, path, name, OBJECT_NAMES, 'a name that not every object knows'),
        ...(parent.includes('further')
          ? refuse(tree, path, name, first, 'a name that status.details does not have')
          : []),
      ];
    }),
  );
}

function orderIsFree({ tree, ids }: FileView): readonly Problem[] {
  const requestPath = valueAt(tree, ['start', 'request', 'path']);
  const { bracketed, plain } =
    typeof requestPath === 'string' && findPathFault(requestPath) === undefined
      ? namesInPath(requestPath)
      : { bracketed: [], plain: [] };
  const taken = new Set(['account', ...[...bracketed.flat(), ...plain].filter((name) => ids.includes(name))]);
  return Object.keys(mappingAt(tree, ['start', 'order'])).flatMap((name) => {
    const path = ['start', 'order', name];
    return [
      ...refuse(tree, path, name, taken, "a name other than account and the ids in the start's path"),
      ...refuse(tree, path, name, OBJECT_NAMES, 'a name that not every object knows'),
    ];
  });
}

function refuse(
  tree: unknown,
  path: KeyPath,
  name: string,
  taken: ReadonlySet<string>,
  allowed: string,
): readonly Problem[] {
  return taken.has(name) ? [problemAt(tree, path, allowed, `the name ${name}`)] : [];
}
