/** What every object of a vault begins with, and every key and tag is bound to. */
export const FORMAT_NAME = 'leadmaster-vault';
export const FORMAT_VERSION = 1;
export const FORMAT = `${FORMAT_NAME}/${FORMAT_VERSION}`;
