/** Leaves what the work gives where the test looks for it, and shows it on the page. */
export async function show(work) {
  const outcome = await work().catch((error) => ({ error: String(error.stack) }));
  document.body.textContent = JSON.stringify(outcome);
  window.outcome = outcome;
}
