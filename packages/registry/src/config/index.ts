export type { EntraConfig, EntraRule, EntraTenant } from './entra.ts';
export type { ListenAddress } from './field.ts';
export { defaultExternalUrl, loadConfig } from './load.ts';
export type { Config, LoadedConfig, Sources, TlsConfig } from './load.ts';
export { Secret } from './secret.ts';
export { storesOf } from './stores.ts';
export { clientVariables, configFile, serveOptions, settings, settingsTable } from './settings.ts';
export type { LogLevel, ServeOption, Setting, SettingName } from './settings.ts';
