import type { VendorErrorCode } from '../generated/operations.ts';

const TEXTS: Readonly<Record<VendorErrorCode, string>> = {
  EXPORT_NOT_FOUND: 'no such export',
  VENDOR_UNAUTHENTICATED: 'credential refused',
  VENDOR_FORBIDDEN: 'not allowed',
  VENDOR_RATE_LIMITED: 'told to wait',
  VENDOR_TIMEOUT: 'no answer yet',
  VENDOR_UNAVAILABLE: 'unreachable',
  VENDOR_BAD_RESPONSE: 'bad answer',
  UNSUPPORTED_BY_VENDOR: 'not offered',
};

/** Why a vendor cannot be read, in two or three words; a code that is new to this version stands for itself. */
export function toTroubleText(code: VendorErrorCode): string {
  return TEXTS[code] ?? code;
}
