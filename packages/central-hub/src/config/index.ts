/** Settings of the hub. */
export { type HubConfig, readHubConfig } from './config.ts';
export { HUB_SECTION, VARIABLES } from './variables.ts';
