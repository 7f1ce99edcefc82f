// Made by codegen.ts from schema/*.graphql. Never edited by hand: run `npm run codegen`.
/** The SHA-256 of each document's text, in hex. */
export const DOCUMENT_IDS = {
  WaybillExports: 'ee77593ed9ef1deafcfcc01db1d7d22bb4d644d8492e615055f07c77e17ee34b',
  WaybillRecent: 'f66bc05bfa1fc84d107b39a80df784625a4bd916eacb10cab23f8669498bd62f',
  WaybillAccounts: 'e4bf516645a157f4a2b9c19840ce9adf4f7edc3a50718b0a0865bb11b727ad1b',
  WaybillVendors: '5e73d5537f260a74cf502141fe76a7ce3a114fdecefedba3fe4aa18b06e05c5b',
  WaybillWatch: '2c24d28ed94f799a6d81d6b9515284445cba23ee8fbdc1b6cc8d13c84658f401',
  WaybillTracked: '1d475d355a1eb8c395e7c3a59e954ae6e6a90cdd3457c43681a346350ddafc29',
  WaybillStart: 'ec3b30ccc251468f2524e2ffb67265cf5fcde7bd24897aa69651e81eb8448180',
  WaybillCancel: '4b141d6aa7f9f95d3e35f5257c592e52b7659a8a84a2faaad291e78f2c799448',
  WaybillTrack: 'cd71116e2d1d752537b10768676a5f6de076889c509119fecd88c35c0757bac4',
  WaybillUntrack: '70ec39f3cf1a92cb37b5a87668aaf650a6a728d23843f9de8c125241190a52f5',
} as const;
