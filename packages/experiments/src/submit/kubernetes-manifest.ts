import { hashOf, show } from '@mer/options';
import { stringify } from 'yaml';
import { ExperimentError } from '../schema/experiment-error.js';
import type { TaskPlan } from './plan-tasks.js';
import { shellComment } from './shell-text.js';
import { type TaskCommand, taskCommand, taskLines } from './task-script.js';

/** Options of {@link kubernetesManifest}. */
export interface KubernetesManifestOptions extends TaskCommand {
  /** Image that has Node and mer. */
  image: string;
  /** Claims of volumes and where each is mounted, such as `{ data: '/work' }`; the first has the run's folder. */
  claims: Readonly<Record<string, string>>;
  /** Folder in which the tasks start; where the first claim is mounted by default. */
  folder?: string | undefined;
  namespace?: string | undefined;
  /** Processors of a task; one for each worker by default. */
  cpus?: number | undefined;
  /** GPUs of a task, and what the cluster calls them. */
  gpus?: number | undefined;
  gpuResource?: string | undefined;
  /** Most tasks at the same time. */
  atOnce?: number | undefined;
  /** How often a task is tried again that failed. */
  retries?: number;
}

/** Most tasks of an Indexed Job whose tries are counted for each. */
const MOST_TASKS = 100_000;
/** Most bytes of a ConfigMap, less what surrounds the script. */
const MOST_BYTES = 1_000_000;

/**
 * Writes an Indexed Job for Kubernetes, one index for each part of the plan, and a ConfigMap with the script that they run. A pod that is killed is made again and
 * goes on with the folds that are not done; wrong usage (status 2) is not tried again, and an eviction does not count.
 *
 * @param plan - as made by {@link planTasks}
 * @param options - image, volumes, resources
 * @returns two YAML documents for `kubectl apply -f`
 * @throws {@link ExperimentError} where a name is not one for Kubernetes, or there are too many tasks
 *
 * @example
 * ```ts
 * import { kubernetesManifest } from '@mer/experiments';
 *
 * const plan = { name: 'First', groups: [{ folds: 4, tasks: 4 }], tasks: 4, folds: 4, workers: 1, seconds: 600, memory: 2e9 };
 * const manifest = kubernetesManifest(plan, { image: 'lab/mer:1', claims: { data: '/work' }, mer: 'mer', before: [], args: ['first.yaml'] });
 * console.log(manifest.split('\n').find((line) => line.includes('completions'))?.trim()); // completions: 4
 * ```
 */
export function kubernetesManifest(plan: TaskPlan, options: KubernetesManifestOptions): string {
  const { image, claims, namespace, cpus = plan.workers, gpus, gpuResource = 'nvidia.com/gpu', atOnce } = options;
  const { retries = 2 } = options;
  const volumes = Object.entries(claims);
  const [folder = options.folder] = options.folder === undefined ? Object.values(claims) : [options.folder];
  if (volumes.length === 0 || folder === undefined) {
    throw new ExperimentError(
      'Cannot write a Job as there must be a claim of a volume for the run: name it and where it is mounted, such as data:/work',
    );
  }
  for (const [claim, path] of volumes) {
    kubernetesName('a claim', claim);
    if (!/^\/[^:\0]*$/.test(path)) {
      throw new ExperimentError(
        `Cannot write a Job as ${claim} must be mounted at an absolute path without a colon: current value is ${show(path)}`,
      );
    }
  }
  if (new Set(Object.values(claims)).size < volumes.length) {
    throw new ExperimentError('Cannot write a Job as each claim must be mounted at a path of its own');
  }
  if (image.trim() === '') throw new ExperimentError('Cannot write a Job as there must be an image: it is empty');
  if (namespace !== undefined) kubernetesName('the namespace', namespace);
  if (plan.tasks > MOST_TASKS) {
    throw new ExperimentError(
      `Cannot write a Job as it must have at most ${MOST_TASKS} tasks: there are ${plan.tasks}; give each more folds`,
    );
  }
  const name = jobName(plan.name);
  const script = taskScript(plan, options);
  if (Buffer.byteLength(script) > MOST_BYTES) {
    throw new ExperimentError(
      `Cannot write a Job as its script must have at most ${MOST_BYTES} bytes: the names of ${plan.groups.length} cells take more; submit parts of the sweep`,
    );
  }
  const labels = { 'app.kubernetes.io/name': 'mer', 'app.kubernetes.io/instance': name };
  const metadata = { name, ...(namespace !== undefined && { namespace }), labels };
  const memory = `${Math.ceil(plan.memory / 2 ** 20)}Mi`;
  const gpu = gpus === undefined ? {} : { [gpuResource]: atLeastOne('gpus', gpus) };
  const mounts = volumes.map(([claim, path]) => ({ name: claim, mountPath: path }));
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata,
    spec: {
      completionMode: 'Indexed',
      completions: plan.tasks,
      parallelism: Math.min(plan.tasks, atOnce === undefined ? plan.tasks : atLeastOne('tasks at once', atOnce)),
      backoffLimitPerIndex: retries,
      // the others go on, whatever becomes of one
      maxFailedIndexes: Math.min(plan.tasks, 10_000),
      podFailurePolicy: {
        rules: [
          { action: 'FailIndex', onExitCodes: { containerName: 'mer', operator: 'In', values: [2] } },
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
        ],
      },
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          activeDeadlineSeconds: Math.ceil(plan.seconds),
          terminationGracePeriodSeconds: 60,
          containers: [
            {
              name: 'mer',
              image,
              command: ['sh', `${SCRIPTS}/task.sh`],
              workingDir: folder,
              env: [
                {
                  name: 'MER_JOB',
                  valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/controller-uid']" } },
                },
              ],
              resources: {
                requests: { cpu: String(atLeastOne('cpus', cpus)), memory, ...gpu },
                limits: { memory, ...gpu },
              },
              securityContext: { allowPrivilegeEscalation: false },
              volumeMounts: [...mounts, { name: 'mer-script', mountPath: SCRIPTS, readOnly: true }],
            },
          ],
          volumes: [
            ...volumes.map(([claim]) => ({ name: claim, persistentVolumeClaim: { claimName: claim } })),
            { name: 'mer-script', configMap: { name } },
          ],
        },
      },
    },
  };
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'task.sh': script } };
  return [
    ...shellComment(
      `Written by mer submit: ${plan.folds} folds of ${plan.name} in ${plan.tasks} tasks. A task runs what is not done yet: delete the Job and apply it again to go on.`,
    ),
    ...[map, job].map((document) => `---\n${stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })}`),
  ].join('\n');
}

/** Where the script lies in a container. */
const SCRIPTS = '/etc/mer-submit';

function taskScript({ groups }: TaskPlan, options: KubernetesManifestOptions): string {
  return `${[
    'task=$JOB_COMPLETION_INDEX',
    ...taskLines(groups),
    ...shellComment('The lock of a pod that was killed is in nobody’s way.'),
    'export MER_TASK="kubernetes-$MER_JOB-$task"',
    ...options.before,
    // the process that Kubernetes tells to end is mer itself
    ...taskCommand(groups, options).map((line, i) => (i === 0 ? `exec ${line}` : line)),
  ].join('\n')}\n`;
}

/** A name of at most 50 characters, as that of a pod adds to it; another name where the characters had to change. */
function jobName(name: string): string {
  const kept = `mer-${name.toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-')}`;
  if (kept === `mer-${name}` && kept.length <= 50 && !kept.endsWith('-')) return kept;
  return `${kept.slice(0, 41).replace(/-+$/, '')}-${hashOf(name).slice(0, 8)}`;
}

function kubernetesName(what: string, name: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) return name;
  throw new ExperimentError(
    `Cannot write a Job as ${what} must be of small letters, digits and dashes, 63 at most: current value is ${show(name)}`,
  );
}

function atLeastOne(name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new ExperimentError(
    `Cannot write a Job as ${name} must be a whole number of at least 1: current value is ${value}`,
  );
}
