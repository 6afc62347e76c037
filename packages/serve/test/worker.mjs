// A worker for tests: it answers, hangs with another process beside it, or ends, as the onset says.
import { spawn } from 'node:child_process';

process.on('disconnect', () => process.exit());
process.on('message', (message) => {
  if ('setup' in message) {
    process.send(
      message.setup.folder === 'broken'
        ? { broken: 'Cannot read model.json as it is not there' }
        : { ready: { name: 'test', classes: ['a', 'b'] } },
    );
  } else if ('job' in message) {
    const { onset } = message.job.fields;
    if (onset === 1) {
      const beside = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 1e6)'], { stdio: 'ignore' });
      process.send({ id: -1, outcome: { status: 0, body: '' }, memory: beside.pid });
      // as a decoder that does not come back
      setImmediate(() => {
        for (;;);
      });
    } else if (onset === 2) process.kill(process.pid, 'SIGSEGV');
    else process.send({ id: message.id, outcome: { status: 200, body: `{"pid":${process.pid}}` }, memory: 1 });
  }
});
