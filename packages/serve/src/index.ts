/**
 * An exported network as an HTTP service.
 *
 * @module @mer/serve
 */

export { SERVICE_LIMITS, type ServiceLimits } from './limits.js';
export { type Server, type StartServerOptions, startServer } from './start-server.js';
