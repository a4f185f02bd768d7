/**
 * Whether two numbers, digits with the country code, are one under WhatsApp's own spelling: Argentina and Mexico have a digit
 * of their own for mobiles behind the country code (54 9, 52 1), Brazil a ninth digit behind the area code, and WhatsApp
 * knows the same account with and without it.
 */
export function samePhone(a: string, b: string): boolean {
  return plainPhone(a) === plainPhone(b);
}

function plainPhone(digits: string): string {
  return digits
    .replace(/^549(\d{10})$/, '54$1')
    .replace(/^521(\d{10})$/, '52$1')
    .replace(/^(55\d\d)9(\d{8})$/, '$1$2');
}
