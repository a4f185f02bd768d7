/** Headers of a page that shows a picture: it runs nothing, loads nothing, and stands in no other page. */
export const PICTURE_PAGE = {
  'content-security-policy':
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  vary: 'accept-language',
};
