import type { VendorErrorCode } from '../generated/operations.ts';

const TEXTS: Readonly<Record<VendorErrorCode, string>> = {
  EXPORT_NOT_FOUND: 'no such export',
  VENDOR_UNAUTHENTICATED: 'credential refused',
  VENDOR_FORBIDDEN: 'not allowed',
  VENDOR_RATE_LIMITED: 'vendor asks to wait',
  VENDOR_TIMEOUT: 'vendor too slow',
  VENDOR_UNAVAILABLE: 'vendor unreachable',
  VENDOR_BAD_RESPONSE: 'unreadable answer',
  UNSUPPORTED_BY_VENDOR: 'vendor cannot do this',
};

/** Why a vendor cannot be read, in two or three words; a code that is new to this version stands for itself. */
export function toTroubleText(code: VendorErrorCode): string {
  return TEXTS[code] ?? code;
}
