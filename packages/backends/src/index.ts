export type { BackendInfo, BackendName, SkippedBackend } from './backend-info.js';
export { backendNames } from './backend-info.js';
export { useBackend } from './use-backend.js';
