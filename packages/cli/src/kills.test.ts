import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const kills = fileURLToPath(new URL('../../../tools/kills.mjs', import.meta.url));

describe.skipIf(process.platform === 'win32')('run, merge and represent --data', () => {
  it('killed at random moments, lose nothing and end with the same bytes', () => {
    const counts = ['--run', '2', '--sweep', '0', '--merge', '2', '--represent', '2'];
    const { status, stdout, stderr } = spawnSync(process.execPath, [kills, ...counts], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout.match(/^(run|merge|represent),2,1,\d+,\d+,0,0,0,0,0,/gm)).toHaveLength(3);
    expect(status).toBe(0);
  });
});
