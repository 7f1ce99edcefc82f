// Made by codegen.ts from schema/*.graphql. Never edited by hand: run `npm run codegen`.
/** The SHA-256 of each document's text, in hex. */
export const DOCUMENT_IDS = {
  WaybillExports: 'f198b785010ae691c52608b1af467e39311f7cbb6207d12cffc10611c6f5fa2b',
  WaybillRecent: '9745ea4be3d96c62d6cccb3a837050d5309bb16c80e7ab8bdb93bbb3af33abf8',
  WaybillAccounts: 'e4bf516645a157f4a2b9c19840ce9adf4f7edc3a50718b0a0865bb11b727ad1b',
  WaybillWatch: 'ca615bee4640b9028a33e175fbdc57886874793771a5e9ad9cbc118289ad007a',
  WaybillTracked: '2a33f3e080be1a02b4b0b753fe930a61692d1b26f3d4dabca4fc08f050258f27',
  WaybillStart: '793b68eb88bbcd6f4537806bdaf04c341953666de2e501d82ec03472e06fa443',
  WaybillCancel: 'a860e213462d206d08b72dd6184ebd0a0d04aacba216f876e4450c971ee031a1',
  WaybillTrack: 'c48ac21931285aa9086d2950cafa4382c8e9c23b4240fe751c67c68cba5a0ed7',
  WaybillUntrack: '70ec39f3cf1a92cb37b5a87668aaf650a6a728d23843f9de8c125241190a52f5',
} as const;
