import { withPages } from './tools/chromium.mjs';

for (const dir of process.argv.slice(2)) {
  try {
    console.log(
      dir,
      JSON.stringify(
        await withPages(dir, (open) =>
          Promise.race([open(''), new Promise((_, r) => setTimeout(() => r(new Error('timeout')), 40000))]),
        ),
      ),
    );
  } catch (e) {
    console.log(dir, e.message);
  }
}
