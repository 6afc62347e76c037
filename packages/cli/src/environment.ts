import { createRequire } from 'node:module';
import { cpus, freemem, release, totalmem } from 'node:os';
import { backendNames, backendTraits } from '@mer/backends';

/** What runs here, and on what: enough for others to make a fault again. */
export interface Environment {
  /** Version of Node, of every package of ours and of every package of tfjs that is installed. */
  versions: Record<string, string>;
  /** The machine; memory in bytes. */
  system: {
    platform: string;
    os: string;
    cpu: string;
    cores: number;
    memory: { total: number; free: number; limit?: number };
  };
  /** Where tfjs-core lies, if there is more than one: stored networks then cannot be loaded. */
  copies?: string[];
  /** What the environment sets that changes what runs. */
  settings: Record<string, string>;
}

/** Our packages that may be used without the others. */
const OURS = [
  'options',
  'metrics',
  'io',
  'backends',
  'representations',
  'models',
  'datasets',
  'training',
  'experiments',
];

/** Variables of the environment that change what runs. */
const SETTINGS = /^(MER_|DNNL_|ONEDNN_|TF_|OMP_|VK_ICD_FILENAMES$|NODE_OPTIONS$)/;

/** Reads versions, machine and settings; starts nothing. */
export function environment(): Environment {
  const here = createRequire(import.meta.url);
  const backends = createRequire(here.resolve('@mer/backends/package.json'));
  const tfjs = ['@tensorflow/tfjs-core', ...backendNames.map((name) => backendTraits(name).package)];
  const versions: Record<string, string> = { node: process.version };
  const note = (name: string, from: NodeJS.Require) => {
    const version = versionOf(name, from);
    if (version !== undefined) versions[name] = version;
  };
  note('@mer/cli', here);
  for (const name of OURS) note(`@mer/${name}`, createRequire(here.resolve('@mer/experiments/package.json')));
  for (const name of new Set([...tfjs, 'webgpu'])) note(name, backends);
  // backends needs no layers: the command does
  note('@tensorflow/tfjs-layers', here);
  note('sharp', here);
  const users = ['@mer/backends', '@mer/models', '@mer/representations', '@tensorflow/tfjs-layers'];
  const copies = new Set(users.map((name) => coreOf(name, here)));
  const processors = cpus();
  const { constrainedMemory, availableMemory } = process as {
    constrainedMemory?(): number;
    availableMemory?(): number;
  };
  const limit = constrainedMemory?.call(process);
  return {
    versions,
    system: {
      platform: `${process.platform} ${process.arch}`,
      os: release(),
      cpu: processors[0]?.model ?? 'unknown',
      cores: processors.length,
      memory: {
        total: totalmem(),
        free: availableMemory?.call(process) ?? freemem(),
        // what a container allows; without one it is nothing, or more than there is
        ...(limit !== undefined && limit > 0 && limit < totalmem() && { limit }),
      },
    },
    ...(copies.size > 1 && { copies: [...copies] }),
    settings: Object.fromEntries(
      Object.entries(process.env).filter((entry): entry is [string, string] => SETTINGS.test(entry[0])),
    ),
  };
}

/** Where a package finds tfjs-core. */
function coreOf(name: string, from: NodeJS.Require): string {
  return createRequire(from.resolve(`${name}/package.json`)).resolve('@tensorflow/tfjs-core/package.json');
}

function versionOf(name: string, from: NodeJS.Require): string | undefined {
  try {
    return (from(`${name}/package.json`) as { version: string }).version;
  } catch {
    return undefined;
  }
}
