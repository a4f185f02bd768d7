/** Base64 of bytes, and back (also from the URL alphabet). */
export function toBase64(bytes) {
  let binary = '';
  for (const byte of new Uint8Array(bytes.buffer ?? bytes)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

export function fromBase64(text) {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

export function fromText(text) {
  return new TextEncoder().encode(text);
}

export function toText(bytes) {
  return new TextDecoder().decode(bytes);
}
