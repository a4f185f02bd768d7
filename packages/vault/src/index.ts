export type { HeadMemory, SeenHead } from './chain.ts';
export type { DamageMemory } from './damage-memory.ts';
export type { ExportOptions } from './export.ts';
export { isDamage, isOfAnObject, problemOf } from './failures.ts';
export { folderSource } from './folder-source.ts';
export { foreignNames } from './foreign.ts';
export type { ForgetChoice } from './forget.ts';
export { type SnapshotInfo, sequenceOf } from './format/record.ts';
export { checkTree, type FileEntry, type TreeEntry } from './format/tree.ts';
export { type HubDocumentInfo, HubDocuments } from './hub-documents.ts';
export { type ExportContent, type ImportOptions, readExport } from './import.ts';
export type { SaveProgress } from './intake.ts';
export { readKeyText } from './key-file.ts';
export {
  type MasterKey,
  masterKey,
  newMasterKeyText,
  parseMasterKeys,
  vaultLine,
  vaultsIn,
} from './master-key.ts';
export { checkPassphrase, MIN_PASSPHRASE } from './passphrase.ts';
export { damagedBehind, isRecordLost, type VaultProblem } from './problems.ts';
export type { Pruned, PruneOptions } from './prune.ts';
export { type Repaired, repairVault } from './repair.ts';
export type { Restored, RestoreOptions } from './restore.ts';
export {
  contradictory,
  type Dated,
  parseRetention,
  type RetentionPolicy,
  type RetentionRule,
  retained,
} from './retention.ts';
export type { SaveOptions } from './save.ts';
export type { Source, SourceDirectory, SourceEntry, SourceFile, SourceSymlink } from './source.ts';
export type { SessionStats } from './stats.ts';
export type { BlobInfo, BlobSource, BlobStore, GetOptions, PutOptions } from './store/blob-store.ts';
export { ByteRate } from './store/byte-rate.ts';
export { FolderStore } from './store/folder-store.ts';
export { MemoryStore } from './store/memory-store.ts';
export { cannotLink } from './store/no-link.ts';
export { type OpenStoreOptions, openStore } from './store/open-store.ts';
export { type RetryOptions, RetryStore } from './store/retry-store.ts';
export { parseStoreUrl, type StoreLocation, storeUrl } from './store/store-url.ts';
export { type Throttle, ThrottleStore } from './store/throttle-store.ts';
export type { Survey } from './survey.ts';
export { traceOfVault } from './trace.ts';
export { type History, openVault, type SnapshotDetail, Vault, type VaultOptions } from './vault.ts';
export type { Damage, ReadProgress, Verification, VerifyOptions } from './verify.ts';
