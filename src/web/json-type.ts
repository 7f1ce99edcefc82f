/**
 * True for `application/json` in UTF-8, in any spelling of it: types, names of parameters and charsets know no case.
 *
 * Source: RFC 9110, section 8.3.1; RFC 8259, section 8.1 (UTF-8 and nothing else); read 2026-11.
 */
export function isJson(contentType = ''): boolean {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  return type.trim() === 'application/json' && parameters.every(isHarmless);
}

/** Any parameter but a charset other than UTF-8, which would be read as something it is not. */
function isHarmless(parameter: string): boolean {
  const [name = '', value = ''] = parameter.split('=', 2);
  return name.trim() !== 'charset' || /^\s*(utf-?8|"utf-?8")\s*$/.test(value);
}
