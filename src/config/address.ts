export {
  inspectAddress,
  inspectEndpoint,
  isAddress,
  isEndpoint,
  isOrigin,
  isSecureAddress,
  toBaseUrl,
  toHttpUrl,
} from '../yaml/address.ts';
