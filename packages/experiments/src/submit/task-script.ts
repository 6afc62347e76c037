import type { TaskGroup } from './plan-tasks.js';
import { shellWord } from './shell-text.js';

/** How a task starts `mer run`. */
export interface TaskCommand {
  /** Words of a shell that start mer, such as `npx mer`. */
  mer: string;
  /** Words of a shell before them, such as a container's `apptainer exec mer.sif`. */
  with?: string | undefined;
  /** Lines of a shell before all, such as `module load nodejs`. */
  before: readonly string[];
  /** What `mer run` is told in every task; any text. */
  args: readonly string[];
}

/** Lines of a POSIX shell that make of the number `task`, from 0, the variables `cell` and `shard`. */
export function taskLines(groups: readonly TaskGroup[]): string[] {
  const lines: string[] = [];
  let first = 0;
  for (const block of blocksOf(groups)) {
    const [{ tasks, cell }] = block as [TaskGroup];
    const count = tasks * block.length;
    const at = first === 0 ? 'task' : `(task - ${first})`;
    lines.push(`${first === 0 ? 'if' : 'elif'} [ "$task" -lt ${first + count} ]; then`);
    if (cell !== undefined) {
      lines.push(
        '  set -- \\',
        ...block.map((group, i) => `    ${shellWord(group.cell!)}${i < block.length - 1 ? ' \\' : ''}`),
        `  shift $((${at} / ${tasks}))`,
        '  cell=$1',
      );
    }
    lines.push(`  shard=$((${at} % ${tasks} + 1))/${tasks}`);
    first += count;
  }
  return [...lines, 'else', '  echo "there is no task $task" >&2', '  exit 2', 'fi'];
}

/** Neighbors that are divided alike. */
function blocksOf(groups: readonly TaskGroup[]): TaskGroup[][] {
  const blocks: TaskGroup[][] = [];
  for (const group of groups) {
    const last = blocks.at(-1);
    if (last && last[0]!.tasks === group.tasks) last.push(group);
    else blocks.push([group]);
  }
  return blocks;
}

/** The command of a task, a word a line. */
export function taskCommand(groups: readonly TaskGroup[], { mer, with: before, args }: TaskCommand): string[] {
  const words = [
    ...(before === undefined ? [] : [before]),
    mer,
    'run',
    ...args.map(shellWord),
    ...(groups[0]?.cell === undefined ? [] : ['--cell "$cell"']),
    '--shard "$shard"',
  ];
  return words.map((word, i) => `${i === 0 ? '' : '  '}${word}${i < words.length - 1 ? ' \\' : ''}`);
}
